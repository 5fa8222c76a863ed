import Bus

@testable import Agents

/// Keeps what is published.
final class PublisherProbe: MessagePublisher {
    private let messages = Lock([Message]())

    func publish(_ message: Message) { messages.withLock { $0.append(message) } }

    /// `channel event data` of each message.
    var lines: [String] {
        messages.withLock { messages in
            messages.map { "\($0.channel) \($0.event) \(String(decoding: $0.data, as: UTF8.self))" }
        }
    }
}
