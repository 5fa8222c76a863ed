package import Bus

/// Where events go: the bus, or a probe in tests.
package protocol MessagePublisher: Sendable {
    /// Hands a message to whoever listens; doesn't wait.
    func publish(_ message: Message)
}

extension Bus: MessagePublisher {}
