/// The histories of the channels that one loop owns.
///
/// Beyond the number of channels, and beyond the bytes of all, the one that was quiet the longest gives way: of a few
/// that are taken at random, because an exact order would cost something at every publish.
struct HistoryTable {
    private(set) var limits = HistoryLimits.off
    private var marks: OffsetMarks?
    private var freeSlots: [Int] = []
    private var channels: [String: ChannelHistory] = [:]
    private var list: [ChannelHistory] = []
    /// The one that was used last: publishers like to stay on a channel.
    private var latest: ChannelHistory?
    private var changed: [ChannelHistory] = []
    private var forgotten: [String] = []
    private var sweepAt = 0
    /// Events and bytes kept.
    private(set) var bytes = 0
    var count: Int { list.count }
    /// Channels that gave way to others, and channels that lost their events for want of room.
    private(set) var forgottenChannels = 0
    private(set) var emptiedChannels = 0

    private static let sample = 16
    /// Channels whose old events one tick looks for.
    private static let sweep = 256

    /// Begins to keep histories. `slots` are this loop's places among the marks.
    mutating func begin(_ limits: HistoryLimits, marks: OffsetMarks?, slots: Range<Int>) {
        self.limits = limits
        self.marks = marks
        freeSlots = Array(slots)
    }

    /// True if the channel has a history, whoever owns it.
    func cover(_ channel: ChannelName) -> Bool { limits.cover(channel) }

    /// The channel's history, if there is one already.
    func existing(_ channel: ChannelName) -> ChannelHistory? { channels[channel.text] }

    /// The channel's history, begun now if there was none.
    mutating func history(of channel: ChannelName, now: UInt64) -> ChannelHistory {
        if let latest, latest.channel.text == channel.text {
            latest.lastUse = now
            return latest
        }
        let history = channels[channel.text] ?? begin(channel)
        history.lastUse = now
        latest = history
        return history
    }

    private mutating func begin(_ channel: ChannelName) -> ChannelHistory {
        while list.count >= limits.channels, let oldest = quietest(except: nil) { forget(oldest) }
        let history = ChannelHistory(channel, epoch: HistoryPosition.newEpoch(), ring: HistoryRing(), mark: freeMark())
        add(history)
        note(history)
        return history
    }

    private mutating func freeMark() -> OffsetMarks.Slot? {
        guard let marks, let number = freeSlots.popLast() else { return nil }
        return marks.slot(number)
    }

    private mutating func add(_ history: ChannelHistory) {
        channels[history.channel.text] = history
        history.index = list.count
        list.append(history)
        bytes += history.ring.bytes
    }

    /// Takes over what was kept on a disk.
    mutating func restore(_ restored: RestoredHistory, now: Int64) {
        guard list.count < limits.channels else { return forgotten.append(restored.channel.text) }
        let entries = restored.events.compactMap { message -> HistoryRing<Message>.Entry? in
            guard let position = message.position else { return nil }
            return HistoryRing.Entry(
                offset: position.offset,
                bytes: message.wire.count,
                time: message.timestamp.milliseconds,
                element: message
            )
        }
        var ring = HistoryRing(entries.suffix(limits.depth), last: restored.last, floor: restored.floor)
        ring.expire(before: now - limits.age)
        let history = ChannelHistory(restored.channel, epoch: restored.epoch, ring: ring, mark: freeMark())
        add(history)
        makeRoom(for: history)
        // What is known of the loss, if there was one, has to outlive the next end too.
        if restored.floor > 0, restored.events.last?.position?.offset != restored.last { note(history) }
    }

    /// Adds an event that was made for the next place; true if the channel wasn't waiting for the disk already.
    mutating func append(_ message: Message, to history: ChannelHistory) -> Bool {
        let before = history.ring.bytes
        history.append(message, limits: limits)
        bytes += history.ring.bytes - before
        if bytes > limits.totalBytes { makeRoom(for: history) }
        return note(history)
    }

    /// Marks a history as changed; false if it was.
    @discardableResult
    private mutating func note(_ history: ChannelHistory) -> Bool {
        guard !history.isChanged else { return false }
        history.isChanged = true
        changed.append(history)
        return true
    }

    private mutating func makeRoom(for history: ChannelHistory) {
        while bytes > limits.totalBytes, let quietest = quietest(except: history) {
            bytes -= quietest.ring.bytes
            quietest.ring.removeAll()
            emptiedChannels += 1
            note(quietest)
        }
    }

    /// Of a few, the one with events that was used least recently.
    private func quietest(except kept: ChannelHistory?) -> ChannelHistory? {
        let candidates =
            list.count <= HistoryTable.sample
            ? list : (0..<HistoryTable.sample).compactMap { _ in list.randomElement() }
        let usable = candidates.filter { $0 !== kept && $0.waiting.isEmpty && (kept == nil || $0.ring.bytes > 0) }
        if let found = usable.min(by: { $0.lastUse < $1.lastUse }) { return found }
        return list.first { $0 !== kept && $0.waiting.isEmpty && (kept == nil || $0.ring.bytes > 0) }
    }

    private mutating func forget(_ history: ChannelHistory) {
        channels[history.channel.text] = nil
        let last = list.removeLast()
        if last !== history {
            list[history.index] = last
            last.index = history.index
        }
        if latest === history { latest = nil }
        bytes -= history.ring.bytes
        forgottenChannels += 1
        forgotten.append(history.channel.text)
        if let mark = history.mark {
            mark.note(0, 0)
            freeSlots.append(mark.number)
        }
        changed.removeAll { $0 === history }
    }

    /// Lets go of old events, of a few channels at a time.
    mutating func sweep(now: Int64) {
        guard !list.isEmpty else { return }
        for _ in 0..<min(HistoryTable.sweep, list.count) {
            sweepAt = (sweepAt + 1) % list.count
            expire(list[sweepAt], now: now)
        }
    }

    /// Lets go of a channel's old events.
    mutating func expire(_ history: ChannelHistory, now: Int64) {
        let before = history.ring.bytes
        history.ring.expire(before: now - limits.age)
        guard history.ring.bytes < before else { return }
        bytes += history.ring.bytes - before
        note(history)
    }

    /// True if something waits for the disk.
    var hasChanges: Bool { !changed.isEmpty || !forgotten.isEmpty }

    /// No disk is told which channels have gone: their names needn't be kept.
    mutating func clearForgotten() { forgotten = [] }

    /// What the disk doesn't have yet, and who is in it.
    mutating func takeBatch() -> (batch: HistoryBatch, histories: [ChannelHistory]) {
        var batch = HistoryBatch()
        let histories = changed
        changed = []
        for history in histories {
            history.isChanged = false
            let ring = history.ring
            let fresh = ring.entries.suffix(Int(clamping: ring.last - history.written))
            batch.channels.append(
                HistoryBatch.Channel(
                    name: history.channel.text,
                    epoch: history.epoch,
                    last: ring.last,
                    floor: ring.floor,
                    first: ring.first,
                    events: fresh.map(\.element)
                )
            )
        }
        // One that began anew since is written under its new epoch.
        batch.forgotten = forgotten.filter { channels[$0] == nil }
        forgotten = []
        return (batch, histories)
    }

    /// The batch could not be written: all of it waits again.
    mutating func putBack(_ batch: HistoryBatch, _ histories: [ChannelHistory]) {
        for history in histories where channels[history.channel.text] === history { note(history) }
        forgotten += batch.forgotten
    }
}
