package import Agents
internal import Synchronization

/// What all connections of agents share.
package final class AgentService: Sendable {
    package let authenticator: Authenticator
    package let subscriptions: SubscriptionMemory
    private let open = Atomic<Int>(0)

    package init(authenticator: Authenticator, subscriptions: SubscriptionMemory = SubscriptionMemory()) {
        self.authenticator = authenticator
        self.subscriptions = subscriptions
    }

    /// Connections that speak the agents' protocol now.
    package var connectedClients: Int { open.load(ordering: .relaxed) }

    func connectionOpened() { open.add(1, ordering: .relaxed) }
    func connectionClosed() { open.subtract(1, ordering: .relaxed) }
}
