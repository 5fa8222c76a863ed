internal import Bus

/// How often and when an item is offered, and how much of an inbox a connection has in hand.
package struct DeliveryPolicy: Equatable, Sendable {
    /// Offers to connections that acknowledge, after which an item is dead.
    package var attempts = 10
    /// Milliseconds until an item is offered for the second time; doubled after each offer.
    package var firstWait: Int64 = 5000
    /// Milliseconds between offers at most.
    package var longestWait: Int64 = 300_000
    /// Offers of an item that a new connection needn't wait for: an agent that was restarted goes on at once, and one
    /// that dies of a message gets it ever more seldom.
    package var promptOffers = 3
    /// Items that a connection which acknowledges has in hand.
    package var window = 128
    /// Bytes of their content.
    package var windowBytes = 1 << 20
    /// Events that it has in hand besides, of as many bytes: who doesn't acknowledge events gets its messages.
    package var eventWindow = 64
    /// Items of which a connection that doesn't acknowledge is known to have them.
    package var sent = 10_000

    /// Milliseconds after which a store that was away is asked again.
    package var storeWait: Int64 = 5000

    package init() {}

    /// When a store that is away is asked again.
    func storeRetry(at now: Timestamp) -> Timestamp { Timestamp(milliseconds: now.milliseconds + storeWait) }

    /// When an item that has been offered so often is offered again.
    func nextOffer(after attempts: Int, at now: Timestamp) -> Timestamp {
        // Beyond 2^20 times the first wait any longest one is reached.
        let wait = min(longestWait, firstWait << Int64(min(max(attempts, 1) - 1, 20)))
        return Timestamp(milliseconds: now.milliseconds + wait)
    }
}
