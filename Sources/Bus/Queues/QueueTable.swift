/// A queue on a pattern; all its members share the pattern's messages.
package struct QueueName: Hashable, Sendable {
    package let pattern: ChannelPattern
    package let queue: String

    package init(pattern: ChannelPattern, queue: String) {
        self.pattern = pattern
        self.queue = queue
    }
}

/// A member of a queue group: which connection of which loop.
struct QueueMember: Hashable, Sendable {
    let shard: Int
    let key: Int
}

/// What a member needs to acknowledge and to leave.
package struct QueueMembership: Hashable, Sendable {
    package let name: QueueName
    let owner: Int
    let member: QueueMember
}

/// The queue groups that one loop owns, each of them a subscriber of this loop, and the members that live on it.
struct QueueTable {
    /// Messages that a member may have without having acknowledged them.
    static let window = 256
    /// What may wait in a group because no member takes it.
    static let mostWaiting = 65_536
    static let mostWaitingBytes = 64 << 20
    /// Groups of one loop.
    static let mostGroups = 1024
    /// Members of a group: each hand-over may have to look at all of them.
    static let mostMembers = 1024
    /// How long a group waits for a member after it has lost the last one.
    static let bereftMilliseconds: UInt64 = 60_000

    var groups: [QueueName: QueueSink] = [:]
    var members: [Int: any MessageSink] = [:]
    /// Of groups that are over.
    var droppedCount = 0

    var figures: (groups: Int, waiting: Int, open: Int, dropped: Int) {
        groups.values.reduce((groups.count, 0, 0, droppedCount)) { sum, sink in
            let group = sink.group
            return (sum.0, sum.1 + group.waitingCount, sum.2 + group.openCount, sum.3 + group.droppedCount)
        }
    }
}

/// Subscribes for a group, on the loop that owns it.
final class QueueSink: MessageSink {
    let name: QueueName
    var group = QueueGroup<QueueMember, Message>(
        window: QueueTable.window,
        mostWaiting: QueueTable.mostWaiting,
        mostWaitingBytes: QueueTable.mostWaitingBytes
    )
    /// How the table of subscriptions knows it.
    private(set) var subscriber: Subscriber?
    /// Since when nobody is there.
    var bereftSince: UInt64?

    init(_ name: QueueName) { self.name = name }

    /// The subscriber, made at the first call: it points back here, until `end`.
    func begin() -> Subscriber {
        let subscriber = Subscriber(.sink(self))
        self.subscriber = subscriber
        return subscriber
    }

    func end() { subscriber = nil }

    func deliver(_ message: Message, on shard: isolated Shard) {
        shard.handOut(group.publish(message, id: message.id, bytes: message.wire.count))
    }
}
