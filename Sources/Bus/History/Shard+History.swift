/// Where somebody begins who starts to listen to a channel.
package struct ListeningStart: Sendable {
    /// The newest event that is not among those to come.
    package let position: HistoryPosition
    /// Whether nothing is missing since the place that was named; nil if none was.
    package let isRecovered: Bool?
    /// What was missed, oldest first.
    package let missed: [Message]
}

extension Shard {
    // MARK: - Publishing

    /// True if the channel's events are kept.
    package func keepsHistory(of channel: ChannelName) -> Bool { history.cover(channel) }

    /// The place that the next event of a channel gets, if this loop gives it. A message that is made for it must be
    /// published before anything else is.
    package func nextPosition(on channel: ChannelName) -> HistoryPosition? {
        guard history.cover(channel), owner(of: channel) == index else { return nil }
        return history.history(of: channel, now: loop.nowMilliseconds).next
    }

    /// Gives an event its place, here or on the loop that owns the channel, and sends it to all.
    func record(_ message: Message, _ durable: DurableAnswer?) -> Int {
        let owner = owner(of: message.channel)
        guard owner == index else {
            crossing(to: owner)?.append(.unordered(message, durable))
            return 0
        }
        let events = history.history(of: message.channel, now: loop.nowMilliseconds)
        let placed = message.position == events.next ? message : Message(message, at: events.next)
        let isNew = history.append(placed, to: events)
        if let durable { events.waiting.append((events.ring.last, durable)) }
        if isNew || durable != nil { pace(isUrgent: durable != nil) }
        return relay(placed)
    }

    /// True if an event of the channel can be waited for until it is on a disk.
    package func canPublishDurably(on channel: ChannelName) -> Bool {
        history.cover(channel) && historyKeeper != nil
    }

    /// Publishes, and calls `then` when the event is on the disk, or with false if it can't get there. Channels without
    /// a history are told to nobody: false.
    package func publishDurably(_ message: Message, then: @escaping (Bool) -> Void) {
        guard canPublishDurably(on: message.channel) else {
            publish(message)
            return then(false)
        }
        let key = park { outcome in
            if case .durable(let isWritten) = outcome { then(isWritten) }
        }
        _ = record(message, DurableAnswer(shard: index, key: key))
    }

    // MARK: - Listening

    /// Begins to listen to a channel with a history: `then` is called when `subscriber` is subscribed, at once or after
    /// the channel's loop has answered, with what it has missed. What follows comes as it is published, none of it
    /// twice and none left out.
    ///
    /// - Parameter isWanted: Asked when the answer is there; false leaves the subscriber out.
    package func listen(
        _ subscriber: Subscriber,
        to channel: ChannelName,
        since: HistoryPosition?,
        isWanted: @escaping () -> Bool,
        then: @escaping (ListeningStart) -> Void
    ) {
        let owner = owner(of: channel)
        guard owner != index else {
            subscribe(subscriber, to: ChannelPattern(channel))
            return then(start(on: channel, since: since))
        }
        let home = index
        let key = park { outcome in
            guard case .listening(let start) = outcome else { return }
            if isWanted() { self.subscribe(subscriber, to: ChannelPattern(channel)) }
            then(start)
        }
        crossing(to: owner)?.append(
            .work { owner in
                // In the same queue as the messages: those before it are in the answer, those behind it follow.
                let start = owner.start(on: channel, since: since)
                owner.crossing(to: home)?.append(.work { $0.finish(key, .listening(start)) })
            }
        )
    }

    private func start(on channel: ChannelName, since: HistoryPosition?) -> ListeningStart {
        let events = history.history(of: channel, now: loop.nowMilliseconds)
        if history.hasChanges { pace(isUrgent: false) }
        guard let since else { return ListeningStart(position: events.position, isRecovered: nil, missed: []) }
        expire(events)
        if since.epoch == events.epoch, case .events(let missed) = events.ring.replay(after: since.offset) {
            return ListeningStart(position: events.position, isRecovered: true, missed: missed)
        }
        return ListeningStart(position: events.position, isRecovered: false, missed: [])
    }

    private func expire(_ events: ChannelHistory) {
        history.expire(events, now: Timestamp.now().milliseconds)
    }

    /// Some events of a channel that this loop owns, oldest first; nil if it has none.
    func page(of channel: ChannelName, after offset: Int64?, limit: Int) -> HistoryPage? {
        guard let events = history.existing(channel) else { return nil }
        expire(events)
        let page = events.ring.page(after: offset, limit: limit)
        return HistoryPage(
            position: events.position,
            floor: events.ring.floor,
            events: page.events,
            hasMore: page.hasMore
        )
    }

    // MARK: - The disk

    /// Begins to keep histories.
    func keepHistory(_ setup: HistorySetup) {
        let slots = (setup.marks?.capacity ?? 0) / loopCount
        history.begin(
            setup.limits.share(of: loopCount),
            marks: setup.marks,
            slots: index * slots..<(index + 1) * slots
        )
        historyKeeper = setup.keeper
        let now = Timestamp.now().milliseconds
        for restored in setup.restored
        where setup.limits.cover(restored.channel) && owner(of: restored.channel) == index {
            history.restore(restored, now: now)
        }
        if history.hasChanges { pace(isUrgent: false) }
    }

    /// A new last value, or none, for the disk.
    func noteRetained(_ message: Message) {
        guard historyKeeper != nil else { return }
        retainedChanges.insert(message.channel.text)
        pace(isUrgent: false)
    }

    func pace(isUrgent: Bool) {
        guard historyKeeper != nil else { return history.clearForgotten() }
        if case .schedule(let milliseconds) = writePace.changed(isUrgent: isUrgent) {
            historyTimer?.schedule(after: milliseconds)
        }
    }

    func writeHistory() {
        guard writePace.timerFired(), let historyKeeper else { return }
        var (batch, histories) = history.takeBatch()
        batch.retained = retainedChanges
        retainedChanges = []
        let key = newKey()
        let written = Dictionary(
            uniqueKeysWithValues: zip(batch.channels, histories).map { ($1.channel.text, $0.last) }
        )
        batchOnItsWay = BatchOnItsWay(
            key: key,
            batch: batch,
            histories: histories,
            written: written,
            began: loop.nowMilliseconds
        )
        historyKeeper.write(batch, retained) { [self] isWritten in
            loop.execute { self.assumeIsolated { $0.wrote(key, isWritten) } }
        }
    }

    private func wrote(_ key: Int, _ isWritten: Bool) {
        guard let way = batchOnItsWay, way.key == key else { return }
        batchOnItsWay = nil
        for events in way.histories {
            let through = way.written[events.channel.text] ?? 0
            if isWritten { events.written = max(events.written, through) }
            let count = events.waiting.prefix { $0.offset <= through }.count
            for waiting in events.waiting.prefix(count) { answer(waiting.answer, .durable(isWritten)) }
            events.waiting.removeFirst(count)
        }
        if !isWritten {
            counters.failedHistoryWrites += 1
            history.putBack(way.batch, way.histories)
            retainedChanges.formUnion(way.batch.retained)
            pace(isUrgent: false)
        }
        let elapsed = isWritten ? loop.nowMilliseconds - way.began : WritePace.longestRest
        if case .schedule(let milliseconds) = writePace.written(milliseconds: elapsed) {
            historyTimer?.schedule(after: milliseconds)
        }
        guard !isWritten || !history.hasChanges && retainedChanges.isEmpty else { return }
        for flusher in flushers { flusher.resume(returning: isWritten) }
        flushers = []
    }

    /// Waits until the disk has everything; false if it can't be written.
    func flushHistory() async -> Bool {
        guard historyKeeper != nil, history.hasChanges || !retainedChanges.isEmpty || batchOnItsWay != nil else {
            return true
        }
        pace(isUrgent: true)
        return await withCheckedContinuation { flushers.append($0) }
    }
}

/// A batch between a loop and the disk.
struct BatchOnItsWay {
    let key: Int
    let batch: HistoryBatch
    let histories: [ChannelHistory]
    /// The newest offsets in it.
    let written: [String: Int64]
    let began: UInt64
}

/// Some events of a channel's history.
package struct HistoryPage: Sendable {
    /// The newest place.
    package let position: HistoryPosition
    /// See `HistoryRing.floor`.
    package let floor: Int64
    package let events: [Message]
    package let hasMore: Bool
}
