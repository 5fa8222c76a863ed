/// Names of events: which are well formed, and which may be published where everybody listens.
package enum EventName {
    /// Bytes of a name.
    package static let maximumLength = 64

    /// The contract's list of publishable events, and ours.
    private static let known: Set<String> = [
        "task.created", "task.updated", "task.completed", "task.failed",
        "subtask.created", "subtask.updated", "subtask.completed", "subtask.failed",
        "message.new", "message.read", "message.expired", "message.acknowledged", "message.dead",
        "agent.connected", "agent.disconnected", "agent.heartbeat",
        "metric.update", "system.error", "system.info", "action.created",
    ]
    private static let ownPrefix = "job."

    /// Words of `a-z`, `0-9` and `_`, separated by single `.` or `-`: `[a-z0-9_]+([.-][a-z0-9_]+)*`, at most 64 bytes.
    package static func isWellFormed(_ name: String) -> Bool {
        guard name.utf8.count <= maximumLength else { return false }
        var isInWord = false
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                isInWord = true
            case UInt8(ascii: "."), UInt8(ascii: "-"):
                guard isInWord else { return false }
                isInWord = false
            default: return false
            }
        }
        return isInWord
    }

    /// True for names that channels other than topics carry.
    static func isKnown(_ name: String) -> Bool { known.contains(name) || name.hasPrefix(ownPrefix) }

    /// True for names by which clients know what the server itself saw: an anonymous client can't say these anywhere.
    static func isReserved(_ name: String) -> Bool {
        switch name {
        case "agent.connected", "agent.disconnected", "action.created", "message.acknowledged", "message.dead": true
        default: name.hasPrefix("metric.") || name.hasPrefix(ownPrefix)
        }
    }
}
