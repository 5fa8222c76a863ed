package import Bus
package import Storage

/// The rooms of the agents' domain, joined with one store and one bus.
package struct Rooms: Sendable {
    package let recorder: ActionRecorder
    package let history: ActionHistory
    package let routing: RoutingMemory
    package let feedback: FeedbackRecorder
    package let work: WorkRooms
    package let tools = ToolsInventory(folder: ToolsInventory.userFolder)

    /// - Parameter routing: the memory that the store's commits were handed to since it was opened.
    package init(bus: Bus, store: DurableStore, routing: RoutingMemory) {
        recorder = ActionRecorder(journal: store, answers: store.store, publisher: bus)
        history = ActionHistory(journal: store, store: store.store, publisher: bus)
        self.routing = routing
        feedback = FeedbackRecorder(journal: store, memory: routing)
        work = WorkRooms(WorkContext(journal: store, publisher: bus), store: store.store)
    }
}
