package import Bus
package import Storage

/// The rooms of the agents' domain, joined with one store and one bus.
package struct Rooms: Sendable {
    package let recorder: ActionRecorder
    package let history: ActionHistory
    package let routing: RoutingMemory
    package let feedback: FeedbackRecorder
    package let jobs: Jobs

    /// - Parameters:
    ///   - routing: the memory that the store's commits were handed to since it was opened.
    ///   - takePicture: copies a database that another program writes to, in a process of its own.
    package init(
        bus: Bus,
        store: DurableStore,
        routing: RoutingMemory,
        takePicture: @escaping MigrationRoom.TakePicture
    ) {
        recorder = ActionRecorder(journal: store, answers: store.store, publisher: bus)
        history = ActionHistory(journal: store, store: store.store, publisher: bus)
        self.routing = routing
        feedback = FeedbackRecorder(journal: store, memory: routing)
        let migration = MigrationRoom(
            folder: store.folder.path,
            journal: store,
            jobs: store.jobs,
            store: store.imports,
            takePicture: takePicture,
            scoresChanged: { await RoutingLoader(memory: routing, history: store).run() }
        )
        jobs = Jobs(kinds: migration.kinds, store: store.jobs, owner: store.serverID, publisher: bus)
    }
}
