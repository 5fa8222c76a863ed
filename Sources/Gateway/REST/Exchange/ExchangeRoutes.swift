package import Agents
package import Storage

/// The routes of the rooms around the exchange of messages.
package struct ExchangeRoutes: Sendable {
    private let rooms: Rooms
    private let store: DurableStore

    package init(_ rooms: Rooms, store: DurableStore) {
        self.rooms = rooms
        self.store = store
    }

    package var routes: [Route] {
        let exchange = rooms.exchange
        return BlockingRoutes(blocking: exchange.blocking).routes
            + SubscriptionRoutes(subscriptions: exchange.subscriptions, callbacks: exchange.callbacks).routes
            + ContextRoutes(briefs: exchange.briefs, compacted: rooms.compacted).routes
            + CleanupRoutes(cleaner: exchange.cleaner, store: store.store).routes
    }
}
