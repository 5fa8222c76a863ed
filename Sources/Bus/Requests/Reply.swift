/// What a responder says.
package struct Reply: Sendable, Equatable {
    /// One JSON value.
    package let data: [UInt8]
    package let sender: Sender?
    package let timestamp: Timestamp

    package init(data: [UInt8], sender: Sender?, at timestamp: Timestamp = .now()) {
        self.data = data
        self.sender = sender
        self.timestamp = timestamp
    }
}

/// What became of a request.
package enum RequestOutcome: Sendable, Equatable {
    case reply(Reply)
    /// Nobody but the asker listens to the channel.
    case noResponders
    case timedOut
    /// Too many requests are open.
    case refused
}

/// The names of requests: they say which loop waits, and nobody can guess one.
enum RequestID {
    private static let prefix = "req_"

    static func make(shard: Int) -> String {
        "\(prefix)\(shard)_\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
    }

    /// The loop that waits for it; nil if the text is none of ours.
    static func shard(of id: String) -> Int? {
        guard id.hasPrefix(prefix), id.utf8.count <= 40 else { return nil }
        return id.dropFirst(prefix.utf8.count).split(separator: "_").first.flatMap { Int($0) }
    }
}
