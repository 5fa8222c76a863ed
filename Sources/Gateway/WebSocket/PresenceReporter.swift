internal import Agents

/// Tells the book of presence about one connection: once for each agent that it becomes, and now and then that it lives.
struct PresenceReporter {
    private var agentID: String?
    private var lastReport: UInt64 = 0

    /// Milliseconds between two reports of life: what `last_seen` may be behind.
    private static let interval: UInt64 = 10_000

    mutating func arrived(_ agentID: String, sessionID: String?, _ book: PresenceBook) {
        left(book)
        self.agentID = agentID
        book.arrived(agentID, sessionID: sessionID)
    }

    mutating func heard(_ book: PresenceBook, now: UInt64) {
        guard let agentID, now - lastReport >= PresenceReporter.interval else { return }
        lastReport = now
        book.heard(agentID)
    }

    mutating func left(_ book: PresenceBook) {
        if let agentID { book.left(agentID) }
        agentID = nil
    }
}
