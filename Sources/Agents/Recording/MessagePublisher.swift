package import Bus

/// Where events go: the bus, or a probe in tests.
package protocol MessagePublisher: Sendable {
    /// Hands a message to whoever listens; doesn't wait.
    func publish(_ message: Message)

    /// The same for a message that is made only if somebody may be listening to the channel.
    func publish(on channel: ChannelName, _ make: () -> Message)
}

extension MessagePublisher {
    package func publish(on channel: ChannelName, _ make: () -> Message) { publish(make()) }
}

extension Bus: MessagePublisher {}
