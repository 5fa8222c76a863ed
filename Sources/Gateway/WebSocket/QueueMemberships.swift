internal import Bus

/// The queue groups that one connection is in, and what it has not acknowledged to which of them.
struct QueueMemberships {
    private struct Key: Hashable {
        let wanted: ChannelPattern
        let queue: String
    }

    private var memberships: [Key: [QueueMembership]] = [:]
    /// By the id of the message. A group bounds what it hands over, and a connection its groups.
    private var open: [String: QueueMembership] = [:]

    /// Bytes of a queue's name.
    static let maximumNameLength = 64

    /// Names have the characters of ids: `[A-Za-z0-9_.-]{1,64}`.
    static func isName(_ text: String) -> Bool {
        (1...maximumNameLength).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    }

    /// Queues, each counted once.
    var count: Int { memberships.count }

    func contains(_ wanted: ChannelPattern, _ queue: String) -> Bool {
        memberships[Key(wanted: wanted, queue: queue)] != nil
    }

    mutating func insert(_ membership: QueueMembership, for wanted: ChannelPattern, _ queue: String) {
        memberships[Key(wanted: wanted, queue: queue), default: []].append(membership)
    }

    /// A message came that is to be acknowledged.
    mutating func received(_ id: String, from membership: QueueMembership) { open[id] = membership }

    /// Who gets an acknowledgement; nil if the message came from no queue, or was acknowledged before.
    mutating func acknowledge(_ id: String) -> QueueMembership? { open.removeValue(forKey: id) }

    /// Takes out the memberships on a pattern: of one queue, or of all.
    mutating func removeAll(for wanted: ChannelPattern, _ queue: String?) -> [QueueMembership] {
        let keys = memberships.keys.filter { $0.wanted == wanted && (queue == nil || $0.queue == queue) }
        let removed = keys.flatMap { memberships.removeValue(forKey: $0) ?? [] }
        if !removed.isEmpty { open = open.filter { !removed.contains($0.value) } }
        return removed
    }

    /// Takes out all.
    mutating func removeAll() -> [QueueMembership] {
        let removed = memberships.values.flatMap(\.self)
        memberships = [:]
        open = [:]
        return removed
    }
}

/// Takes what a queue group hands to a connection.
final class QueueMemberSink: MessageSink {
    private let connection: WebSocketConnection
    /// Nil if nothing is acknowledged.
    private weak var endpoint: AgentEndpoint?
    /// Known as soon as `join` returns, which may be after the first message.
    var membership: QueueMembership? {
        didSet {
            guard let membership else { return }
            for id in early { endpoint?.queues.received(id, from: membership) }
            early = []
        }
    }
    private var early: [String] = []

    init(_ connection: WebSocketConnection, _ endpoint: AgentEndpoint?) {
        self.connection = connection
        self.endpoint = endpoint
    }

    func deliver(_ message: Message, on shard: isolated Shard) {
        if let endpoint {
            if let membership {
                endpoint.queues.received(message.id, from: membership)
            } else {
                early.append(message.id)
            }
        }
        connection.send(message, on: shard)
    }
}
