/// The last value of channels whose publishers asked for it: a bounded value.
struct RetainedTable {
    private var messages: [String: Message] = [:]
    private(set) var bytes = 0
    private let mostMessages: Int
    private let mostBytes: Int

    init(mostMessages: Int = 4096, mostBytes: Int = 64 << 20) {
        self.mostMessages = mostMessages
        self.mostBytes = mostBytes
    }

    var count: Int { messages.count }

    /// True if a value of so many bytes has room.
    func hasRoom(on channel: ChannelName, bytes size: Int) -> Bool {
        let old = messages[channel.text]
        guard bytes - (old?.wire.count ?? 0) + size <= mostBytes else { return false }
        return old != nil || messages.count < mostMessages
    }

    /// Keeps a channel's last value; `null` clears it. False if there is no room, and then the old value stays.
    mutating func retain(_ message: Message) -> Bool {
        let old = messages[message.channel.text]
        if message.isClearing {
            messages[message.channel.text] = nil
            bytes -= old?.wire.count ?? 0
            return true
        }
        guard hasRoom(on: message.channel, bytes: message.wire.count) else { return false }
        messages[message.channel.text] = message
        bytes += message.wire.count - (old?.wire.count ?? 0)
        return true
    }

    /// A channel's value.
    func value(on channel: String) -> Message? { messages[channel] }

    /// The values of the channels that a pattern matches, in the order of their names.
    func values(for pattern: ChannelPattern) -> [Message] {
        guard pattern.hasWildcards else { return messages[pattern.text].map { [$0] } ?? [] }
        return messages.values.filter { pattern.matches($0.channel) }.sorted { $0.channel.text < $1.channel.text }
    }
}

extension Message {
    /// True for a retained value that says: there is none.
    var isClearing: Bool { isRetained && data.elementsEqual("null".utf8) }
}

/// `RetainedTable` for all loops. On the path of messages that ask for it only.
package final class RetainedValues: Sendable {
    private let table: Lock<RetainedTable>

    init(_ table: RetainedTable = RetainedTable()) { self.table = Lock(table) }

    /// True if a value of so many bytes has room.
    package func hasRoom(on channel: ChannelName, bytes: Int) -> Bool {
        table.withLock { $0.hasRoom(on: channel, bytes: bytes) }
    }

    /// Keeps a channel's last value, or clears it. False if there was no room.
    func retain(_ message: Message) -> Bool { table.withLock { $0.retain(message) } }

    /// A channel's value.
    package func value(on channel: String) -> Message? { table.withLock { $0.value(on: channel) } }

    /// The values of the channels that a pattern matches.
    package func values(for pattern: ChannelPattern) -> [Message] { table.withLock { $0.values(for: pattern) } }

    /// Values and their bytes.
    package var figures: (count: Int, bytes: Int) { table.withLock { ($0.count, $0.bytes) } }
}
