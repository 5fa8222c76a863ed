import Bus
import Testing

@testable import Agents

struct PresenceTableTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func page(_ table: PresenceTable, connectedOnly: Bool = false) -> [AgentPresence] {
        table.page(after: nil, limit: 100, connectedOnly: connectedOnly)
    }

    @Test func `counts connections and remembers who went`() {
        var table = PresenceTable()
        table.arrived("a", sessionID: "s1", at: time(1))
        table.arrived("a", sessionID: "s2", at: time(2))
        table.heard("a", at: time(5))
        table.left("a", at: time(6))
        #expect(page(table).map(\.connections) == [1] && page(table)[0].sessions == ["s1", "s2"])
        #expect(page(table)[0].since == time(1) && page(table)[0].lastSeen == time(6))
        table.left("a", at: time(7))
        table.left("a", at: time(8))
        #expect(page(table)[0].connections == 0 && page(table)[0].lastSeen == time(7))
        #expect(page(table)[0].sessions == ["s2"])
        #expect(page(table, connectedOnly: true).isEmpty && table.connectedCount == 0)
        table.arrived("a", sessionID: nil, at: time(9))
        #expect(page(table)[0].since == time(9) && table.connectedCount == 1)
    }

    @Test func `pages in the order of the ids`() {
        var table = PresenceTable()
        for id in ["c", "a", "b"] { table.arrived(id, sessionID: nil, at: time(1)) }
        #expect(table.page(after: nil, limit: 2, connectedOnly: false).map(\.agentID) == ["a", "b"])
        #expect(table.page(after: "b", limit: 2, connectedOnly: false).map(\.agentID) == ["c"])
    }

    @Test func `forgets those that are away the longest, never the connected`() {
        var table = PresenceTable(mostAway: 16)
        table.arrived("here", sessionID: nil, at: time(0))
        for number in 0..<17 {
            table.arrived("x\(number)", sessionID: nil, at: time(Int64(number)))
            table.left("x\(number)", at: time(Int64(number)))
        }
        #expect(table.forgottenCount == 1 && table.count == 17)
        let ids = page(table).map(\.agentID)
        #expect(ids.contains("here") && !ids.contains("x0") && ids.contains("x1"))
    }
}
