/// Which agents this server offers items to at the moment.
///
/// Asked when a batch is composed: an item of an agent that is here is this server's from the start, so that no other
/// one offers it too.
package struct InboxPresence: Sendable {
    package var isConnected: @Sendable (_ agentID: String) -> Bool
    package var connected: @Sendable () -> [String]

    package init(
        isConnected: @escaping @Sendable (_ agentID: String) -> Bool,
        connected: @escaping @Sendable () -> [String]
    ) {
        self.isConnected = isConnected
        self.connected = connected
    }

    /// Nobody is here.
    package static let none = InboxPresence(isConnected: { _ in false }, connected: { [] })
}
