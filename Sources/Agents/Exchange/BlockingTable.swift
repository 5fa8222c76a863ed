internal import Storage

/// Pairs of agents of which one blocks the other.
struct BlockingTable: Sendable {
    private var blocked: [ExactText: Set<ExactText>] = [:]
    private(set) var count = 0

    init() {}

    init(_ records: [BlockingRecord]) {
        self.init()
        for record in records { insert(blockedBy: record.blockedBy, blockedAgent: record.blockedAgent) }
    }

    func blocks(_ blocker: String, _ agentID: String) -> Bool {
        blocked[ExactText(blocker)]?.contains(ExactText(agentID)) ?? false
    }

    /// A walk through all blockers: for questions of people, not for the path of messages.
    func isBlocked(_ agentID: String) -> Bool { blocked.values.contains { $0.contains(ExactText(agentID)) } }

    mutating func insert(blockedBy: String, blockedAgent: String) {
        if blocked[ExactText(blockedBy), default: []].insert(ExactText(blockedAgent)).inserted { count += 1 }
    }

    mutating func remove(blockedBy: String, blockedAgent: String) {
        guard var agents = blocked.removeValue(forKey: ExactText(blockedBy)) else { return }
        if agents.remove(ExactText(blockedAgent)) != nil { count -= 1 }
        if !agents.isEmpty { blocked[ExactText(blockedBy)] = agents }
    }
}
