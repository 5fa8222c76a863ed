internal import Synchronization

/// What goes from one loop to another.
enum Crossed: Sendable {
    /// A message for the subscribers there.
    case message(Message)
    /// A message for the loop that owns its channel: it gives it its offset and sends it to all.
    case unordered(Message, DurableAnswer?)
    /// A message that a queue group has handed to a member there.
    case handed(Message, member: Int)
    /// Anything else that has to keep its place among the messages.
    case work(@Sendable (isolated Shard) -> Void)
}

/// The way of messages from one loop to another: appended during a turn, handed over once, in order.
///
/// It belongs to the sending shard. Its bound is soft: beyond it the sending loop reads no more input until the
/// receiving loop has caught up, so that nothing is dropped and nobody blocks.
final class Crossing {
    private let target: Shard
    private let batch = Lock<[Crossed]>([])

    /// Messages that may wait before the sending loop stops reading.
    static let bound = 65_536

    init(to target: Shard) { self.target = target }

    /// True while more than `bound` messages wait, or the other loop has more to copy than it gets done.
    var isCongested: Bool {
        target.waitingBytes.load(ordering: .relaxed) > Shard.mostWaitingBytes
            || batch.withLock { $0.count > Crossing.bound }
    }

    /// Queues `crossed`; the first since the other side has emptied the batch wakes it.
    func append(_ crossed: Crossed) {
        let mustWake = batch.withLock { batch in
            batch.append(crossed)
            return batch.count == 1
        }
        guard mustWake else { return }
        let target = target
        let batch = batch
        // A loop that has stopped has no subscribers left: the messages for it are dropped.
        target.loop.execute {
            let crossed = batch.withLock { batch in
                let crossed = batch
                batch = []
                return crossed
            }
            target.assumeIsolated { $0.receive(crossed) }
        }
    }
}
