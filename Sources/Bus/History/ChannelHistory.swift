/// The history of one channel. It belongs to the loop that owns the channel: there, offsets are given.
final class ChannelHistory {
    let channel: ChannelName
    let epoch: String
    var ring: HistoryRing<Message>
    /// Where the newest offset is noted so that it outlives the process; nil when nothing is kept on a disk.
    let mark: OffsetMarks.Slot?
    /// Through which offset the disk has it.
    var written: Int64
    /// True while it waits for being written.
    var isChanged = false
    /// When somebody last used it, by the loop's clock.
    var lastUse: UInt64 = 0
    /// Its place in the table's list.
    var index = 0
    /// Who waits until an offset is on the disk, in the order of the offsets.
    var waiting: [(offset: Int64, answer: DurableAnswer)] = []

    init(_ channel: ChannelName, epoch: String, ring: HistoryRing<Message>, mark: OffsetMarks.Slot?) {
        self.channel = channel
        self.epoch = epoch
        self.ring = ring
        self.mark = mark
        written = ring.last
        mark?.note(OffsetMarks.key(channel: channel.text, epoch: epoch), ring.last)
    }

    /// The place of the newest event.
    var position: HistoryPosition { HistoryPosition(offset: ring.last, epoch: epoch) }
    /// The place of the event that comes next.
    var next: HistoryPosition { HistoryPosition(offset: ring.next, epoch: epoch) }

    /// Adds an event that was made for the place `next`.
    func append(_ message: Message, limits: HistoryLimits) {
        ring.append(message, bytes: message.wire.count, at: message.timestamp.milliseconds, limits: limits)
        mark?.note(ring.last)
    }
}

/// Where the answer to a durable publish goes: a loop, and what waits there.
struct DurableAnswer: Sendable {
    let shard: Int
    let key: Int
}
