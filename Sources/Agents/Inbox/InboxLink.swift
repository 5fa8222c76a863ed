internal import Bus
internal import Storage

/// One connection of an agent to its inbox.
///
/// It may be told things on any thread; what is sent goes through the shard of the connection, in the order in which it
/// was decided there.
package final class InboxLink: Sendable {
    package let agentID: String
    let number: Int
    let shard: Shard
    /// The connection, as its shard keeps it.
    private let subscriber: Int
    private struct State {
        var delivery: InboxDelivery
        /// What was decided to be sent and isn't in the connection's output yet, in order.
        var undelivered: [InboxItem] = []
    }

    private let state: Lock<State>

    /// Bytes that may wait in the connection's output before more of the inbox is read.
    static let outputBytes = 256 << 10

    init(agentID: String, number: Int, shard: Shard, subscriber: Int, delivery: InboxDelivery) {
        self.agentID = agentID
        self.number = number
        self.shard = shard
        self.subscriber = subscriber
        state = Lock(State(delivery: delivery))
    }

    /// Changes what is known of the connection.
    func update<Result>(_ body: (inout InboxDelivery) -> Result) -> Result {
        state.withLock { body(&$0.delivery) }
    }

    /// Changes what is known of the connection and says what follows; what it is to be sent is lined up for `send`.
    ///
    /// Two threads may decide at once: whose offers come first is settled here, not by who calls `send` first.
    func decide(_ body: (inout InboxDelivery) -> InboxDelivery.Outcome) -> InboxDelivery.Outcome {
        state.withLock { state in
            let outcome = body(&state.delivery)
            state.undelivered += outcome.offers
            return outcome
        }
    }

    /// Puts what is lined up into the connection's output.
    func send() {
        shard.runHere { [self] shard in
            let items = state.withLock { state in
                defer { state.undelivered = [] }
                return state.undelivered
            }
            for item in items {
                if let message = Message.offered(item, to: agentID) { shard.deliver(message, toHeld: subscriber) }
            }
        }
    }

    /// True if the connection has taken most of what it was sent; asked on its shard.
    func hasTakenOutput(on shard: isolated Shard) -> Bool {
        shard.bufferedBytes(ofHeld: subscriber) <= InboxLink.outputBytes
    }
}
