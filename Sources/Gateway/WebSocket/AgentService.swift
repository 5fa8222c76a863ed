package import Agents
internal import Synchronization

/// What all connections of agents share.
package final class AgentService: Sendable {
    package let authenticator: Authenticator
    package let subscriptions: SubscriptionMemory
    package let inboxes: Inboxes
    package let events: TrackedEvents
    package let blocking: Blocking
    let outbox: Outbox
    package let presence = PresenceBook()
    /// Clients are served once they have shown credentials; false on loopback.
    package let needsCredentials: Bool
    private let open = Atomic<Int>(0)

    package init(
        authenticator: Authenticator,
        inboxes: Inboxes,
        events: TrackedEvents,
        messages: Messages,
        blocking: Blocking,
        needsCredentials: Bool,
        subscriptions: SubscriptionMemory = SubscriptionMemory()
    ) {
        self.authenticator = authenticator
        self.inboxes = inboxes
        self.events = events
        self.blocking = blocking
        outbox = Outbox(messages: messages)
        self.needsCredentials = needsCredentials
        self.subscriptions = subscriptions
    }

    /// What requests over HTTP have to pass; nil on loopback.
    var gate: BearerGate? { needsCredentials ? BearerGate(authenticator) : nil }

    /// Connections that speak the agents' protocol now.
    package var connectedClients: Int { open.load(ordering: .relaxed) }

    func connectionOpened() { open.add(1, ordering: .relaxed) }
    func connectionClosed() { open.subtract(1, ordering: .relaxed) }
}
