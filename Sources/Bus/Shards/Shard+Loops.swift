/// Between this shard and the others.
extension Shard {
    /// How many loops the bus has.
    var loopCount: Int { crossings.count + 1 }

    /// The loop that gives the events of a channel their order.
    func owner(of channel: ChannelName) -> Int {
        // Any loop works it out alike, for as long as the process runs.
        crossings.isEmpty ? 0 : Int(UInt(bitPattern: channel.text.hashValue) % UInt(loopCount))
    }

    /// The way to another loop; nil when the bus is stopping.
    func crossing(to target: Int) -> Crossing? {
        let position = target < index ? target : target - 1
        return crossings.indices.contains(position) ? crossings[position] : nil
    }

    /// Runs `body` on a loop: at once if it is this one, else in the order of the messages that go there.
    func onLoop(_ target: Int, _ body: @escaping @Sendable (isolated Shard) -> Void) {
        if target == index { body(self) } else { crossing(to: target)?.append(.work(body)) }
    }

    /// What another loop has sent.
    func receive(_ batch: [Crossed]) {
        for crossed in batch {
            switch crossed {
            case .message(let message):
                counters.crossed += 1
                deliver(message)
            case .unordered(let message, let durable): _ = record(message, durable)
            case .handed(let message, let member): handed(message, member: member)
            case .work(let body): body(self)
            }
        }
    }

    // MARK: - Answers

    /// Keeps what is to be done with one answer; returns the number to answer under.
    func park(_ continuation: @escaping (ParkedOutcome) -> Void) -> Int {
        parkForMany { outcome in
            continuation(outcome)
            return true
        }
    }

    /// The same for several answers, until `continuation` returns true.
    func parkForMany(_ continuation: @escaping ParkedAnswers.Continuation) -> Int {
        let key = newKey()
        parked.park(key, continuation)
        return key
    }

    /// Answers what is parked on a loop.
    func answer(_ answer: DurableAnswer, _ outcome: ParkedOutcome) {
        onLoop(answer.shard) { $0.finish(answer.key, outcome) }
    }

    /// An answer is here.
    func finish(_ key: Int, _ outcome: ParkedOutcome) {
        guard let continuation = parked.continuation(key) else { return }
        if continuation(outcome) { parked.remove(key) }
    }

    /// The loop stops: whoever waits hears that nothing comes.
    func stopWaiting() {
        for sink in queues.groups.values { sink.end() }
        queues = QueueTable()
        for then in requests.closeAll() { then(.timedOut) }
        for flusher in flushers { flusher.resume(returning: false) }
        flushers = []
        parked.removeAll()
    }
}
