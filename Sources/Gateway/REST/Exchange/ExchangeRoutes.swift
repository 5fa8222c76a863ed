package import Agents
package import Storage

/// The routes of the rooms around the exchange of messages.
package struct ExchangeRoutes: Sendable {
    private let rooms: ExchangeRooms
    private let store: DurableStore

    package init(_ rooms: ExchangeRooms, store: DurableStore) {
        self.rooms = rooms
        self.store = store
    }

    package var routes: [Route] {
        BlockingRoutes(blocking: rooms.blocking).routes
            + SubscriptionRoutes(subscriptions: rooms.subscriptions, callbacks: rooms.callbacks).routes
            + ContextRoutes(briefs: rooms.briefs, compacted: rooms.compacted).routes
            + CleanupRoutes(cleaner: rooms.cleaner, store: store.store).routes
    }
}
