/// What a shard delivers to. It belongs to one shard.
package final class Subscriber: Hashable {
    /// How it wants its messages.
    package enum Delivery {
        /// The encoded frame goes straight into the connection's output.
        case wire(TCPStream)
        /// Anything else: connections that compress, subscribers in this process.
        case sink(any MessageSink)
    }

    package let delivery: Delivery
    /// It was removed: what is still on its way to it is not delivered. A WebSocket sends nothing behind its close frame
    /// (RFC 6455, section 5.5.1).
    var isGone = false

    package init(_ delivery: Delivery) { self.delivery = delivery }

    package static func == (left: Subscriber, right: Subscriber) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Takes messages one by one, on the shard's loop; must not block.
package protocol MessageSink: AnyObject {
    /// Called once for each message, in the order of publication.
    func deliver(_ message: Message, on shard: isolated Shard)
    /// Bytes that it has been given and that have not left, as far as it knows.
    var bufferedBytes: Int { get }
    /// The bus stops: no message comes any more.
    func ended()
}

extension MessageSink {
    package var bufferedBytes: Int { 0 }
    package func ended() {}
}
