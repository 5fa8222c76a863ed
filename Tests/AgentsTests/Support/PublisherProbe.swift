import Bus

@testable import Agents

/// Keeps what is published.
final class PublisherProbe: MessagePublisher {
    private let messages = Lock([Message]())

    func publish(_ message: Message) { messages.withLock { $0.append(message) } }

    /// `channel event data` of each message.
    var lines: [String] { messages.withLock { $0.map(PublisherProbe.line) } }

    /// The same of the messages that are to stay as their channels' values.
    var retained: [String] { messages.withLock { $0.filter(\.isRetained).map(PublisherProbe.line) } }

    private static func line(_ message: Message) -> String {
        "\(message.channel) \(message.event) \(String(decoding: message.data, as: UTF8.self))"
    }
}
