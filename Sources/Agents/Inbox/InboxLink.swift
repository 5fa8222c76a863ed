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
    private let delivery: Lock<InboxDelivery>

    /// Bytes that may wait in the connection's output before more of the inbox is read.
    static let outputBytes = 256 << 10

    init(agentID: String, number: Int, shard: Shard, subscriber: Int, delivery: InboxDelivery) {
        self.agentID = agentID
        self.number = number
        self.shard = shard
        self.subscriber = subscriber
        self.delivery = Lock(delivery)
    }

    /// Changes what is known of the connection and says what follows.
    func update<Result>(_ body: (inout InboxDelivery) -> Result) -> Result { delivery.withLock(body) }

    /// Puts offers into the connection's output.
    func send(_ items: [InboxItem]) {
        guard !items.isEmpty else { return }
        let messages = items.compactMap { Message.offered($0, to: agentID) }
        shard.runHere { [subscriber] shard in
            for message in messages { shard.deliver(message, toHeld: subscriber) }
        }
    }

    /// True if the connection has taken most of what it was sent; asked on its shard.
    func hasTakenOutput(on shard: isolated Shard) -> Bool {
        shard.bufferedBytes(ofHeld: subscriber) <= InboxLink.outputBytes
    }
}
