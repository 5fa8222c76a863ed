package import Bus
package import Storage

/// The rooms of the agents' domain, joined with one store and one bus.
package struct Rooms: Sendable {
    package let recorder: ActionRecorder
    package let history: ActionHistory
    package let routing: RoutingMemory
    package let feedback: FeedbackRecorder
    package let messages: Messages
    package let inboxes: Inboxes
    package let events: TrackedEvents
    package let work: WorkRooms
    package let tools = ToolsInventory(folder: ToolsInventory.userFolder)
    package let exchange: ExchangeRooms
    package let compacted: CompactedSessions
    package let jobs: Jobs

    /// - Parameters:
    ///   - routing: the memory that the store's commits were handed to since it was opened.
    ///   - registry: whose presence the store was opened with.
    ///   - takePicture: copies a database that another program writes to, in a process of its own.
    package init(
        bus: Bus,
        store: DurableStore,
        routing: RoutingMemory,
        registry: InboxRegistry,
        delivery: DeliveryPolicy = DeliveryPolicy(),
        exchange settings: ExchangeSettings = ExchangeSettings(),
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
            activity: { await bus.figures().counters.published + Int(clamping: store.figures.journal.records) },
            scoresChanged: { await RoutingLoader(memory: routing, history: store).run() }
        )
        let exchange = ExchangeRooms(bus: bus, store: store, settings: settings)
        self.exchange = exchange
        jobs = Jobs(
            kinds: migration.kinds + [.cleanup(by: exchange.cleaner, in: store.jobs)],
            store: store.jobs,
            owner: store.serverID,
            publisher: bus,
            retained: { ChannelPattern("jobs/>").map { bus.retained.values(for: $0) } ?? [] }
        )
        inboxes = Inboxes(
            registry: registry,
            journal: store,
            store: store.store,
            publisher: bus,
            serverID: store.serverID,
            isShared: store.sharedInboxes != nil,
            policy: delivery
        )
        events = TrackedEvents(journal: store, publisher: bus, inboxes: inboxes)
        work = WorkRooms(WorkContext(journal: store, publisher: bus, events: events), store: store.store)
        messages = Messages(
            journal: store,
            store: store.store,
            publisher: bus,
            inboxes: inboxes,
            repetitions: recorder.repetitions,
            admission: { (message) throws(AgentsError) in try exchange.admit(message) },
            accepted: { exchange.callbacks.accepted($0) }
        )
        compacted = CompactedSessions(briefs: exchange.briefs, store: store.store, messages: messages)
    }
}
