internal import Synchronization

/// The way of messages from one loop to another: appended during a turn, handed over once, in order.
///
/// It belongs to the sending shard. Its bound is soft: beyond it the sending loop reads no more input until the
/// receiving loop has caught up, so that nothing is dropped and nobody blocks.
final class Crossing {
    private let target: Shard
    private let batch = Lock<[Message]>([])

    /// Messages that may wait before the sending loop stops reading.
    static let bound = 65_536

    init(to target: Shard) { self.target = target }

    /// True while more than `bound` messages wait.
    var isCongested: Bool { batch.withLock { $0.count > Crossing.bound } }

    /// Queues `message`; the first since the other side has emptied the batch wakes it.
    func append(_ message: Message) {
        let mustWake = batch.withLock { batch in
            batch.append(message)
            return batch.count == 1
        }
        guard mustWake else { return }
        let target = target
        let batch = batch
        // A loop that has stopped has no subscribers left: the messages for it are dropped.
        target.loop.execute {
            let messages = batch.withLock { batch in
                let messages = batch
                batch = []
                return messages
            }
            target.assumeIsolated { $0.receive(messages) }
        }
    }
}
