internal import DequeModule
internal import Synchronization

/// The actor that owns one loop's connections and subscriptions.
///
/// Its executor is the loop, so libuv callbacks enter it with `assumeIsolated`, without a hop, and everything that is
/// passed an `isolated Shard` runs on that loop's thread. No lock is on the path of a message.
///
/// Order and reach: each message goes to the subscribers of its own loop at once and to every other loop through a
/// first-in first-out crossing. Other loops decide on arrival who listens, so a subscription counts for everything that
/// is published after it was acknowledged, on whichever loop.
package actor Shard {
    /// The loop that this shard lives on.
    package nonisolated let loop: EventLoop
    /// For tasks that work for this shard's connections.
    package nonisolated let taskExecutor: LoopTaskExecutor
    /// Position among the shards of the bus.
    package nonisolated let index: Int
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Open and promised connections: read by the loop that accepts, to choose the emptiest shard.
    nonisolated let load = Atomic<Int>(0)

    var table = SubscriptionTable<Subscriber>()
    private var streams: [ObjectIdentifier: TCPStream] = [:]
    var crossings: [Crossing] = []
    private var listeners: [Int: TCPListener] = [:]
    /// Subscribers of this process, kept until their consumers leave.
    var held: [Int: Subscriber] = [:]
    var nextKey = 0
    private var ticker: LoopTimer?
    private var burst = Burst()
    /// What the budget of a turn has left over, oldest first; while there is some, no more input is read.
    private var fanouts: Deque<Fanout> = []
    private var fanoutBudget = Shard.fanoutBytesPerTurn
    private var isFanningOut = false
    private var gathered = GatheredMessages()
    private var gatherTimer: LoopTimer?
    var parked = ParkedAnswers()
    var history = HistoryTable()
    var historyKeeper: (any HistoryKeeper)?
    var writePace = WritePace()
    var historyTimer: LoopTimer?
    var batchOnItsWay: BatchOnItsWay?
    var flushers: [CheckedContinuation<Bool, Never>] = []
    /// Values that are retained on any loop, and the channels of those that this loop has for the disk.
    package nonisolated let retained: RetainedValues
    var retainedChanges: Set<String> = []
    var queues = QueueTable()
    var requests = OpenRequests<(RequestOutcome) -> Void>(limit: Shard.mostRequests)
    var requestTimer: LoopTimer?
    var isDraining = false
    private var drainers: [CheckedContinuation<Void, Never>] = []
    package internal(set) var counters = ShardCounters()

    /// Bytes that are copied into outputs in one turn: about a millisecond's work.
    static let fanoutBytesPerTurn = 8 << 20
    /// Bytes of messages that may wait for later turns before the loops that send to this one read no more input.
    static let mostWaitingBytes = 64 << 20
    /// How many do; read by other loops.
    nonisolated let waitingBytes = Atomic<Int>(0)
    /// Milliseconds between calls of `StreamHandler.tick`.
    private static let tickMilliseconds: UInt64 = 1000

    init(loop: EventLoop, index: Int, retained: RetainedValues = RetainedValues()) {
        self.loop = loop
        self.retained = retained
        taskExecutor = LoopTaskExecutor(loop)
        self.index = index
    }

    /// Connects it with the other shards and starts its clock.
    ///
    /// What the loop calls back into holds the shard until `stop`: the thread goes on when the last reference to the
    /// bus is gone, and its next turn must not meet a shard that isn't there.
    func start(peers: [Shard]) throws(BusError) {
        crossings = peers.filter { $0 !== self }.map(Crossing.init(to:))
        let crossings = crossings
        unsafe loop.streams.inputIsHeld = {
            crossings.contains(where: \.isCongested) || self.assumeIsolated { $0.hasFanouts }
        }
        unsafe loop.streams.beforeFlush = { self.assumeIsolated { $0.beginFlush() } }
        unsafe loop.streams.hasMoreOutput = { self.assumeIsolated { $0.hasFanouts || !$0.burst.isEmpty } }
        let ticker = try LoopTimer(on: loop) { self.assumeIsolated { $0.tick() } }
        ticker.schedule(after: Shard.tickMilliseconds, every: Shard.tickMilliseconds)
        self.ticker = ticker
        gatherTimer = try LoopTimer(on: loop) { self.assumeIsolated { $0.publishGathered() } }
        historyTimer = try LoopTimer(on: loop) { self.assumeIsolated { $0.writeHistory() } }
        requestTimer = try LoopTimer(on: loop) { self.assumeIsolated { $0.expireRequests() } }
    }

    private func tick() {
        let now = loop.nowMilliseconds
        history.sweep(now: Timestamp.now().milliseconds)
        if history.hasChanges { pace(isUrgent: false) }
        sweepQueues(now: now)
        for stream in streams.values { stream.tick(now: now, on: self) }
    }

    // MARK: - Subscriptions

    /// From now on `subscriber` gets what is published on matching channels. False if it had that pattern already.
    @discardableResult
    package func subscribe(_ subscriber: Subscriber, to pattern: ChannelPattern) -> Bool {
        endBurst()
        subscriber.isGone = false
        return table.insert(subscriber, for: pattern)
    }

    /// False if it did not have that pattern.
    @discardableResult
    package func unsubscribe(_ subscriber: Subscriber, from pattern: ChannelPattern) -> Bool {
        endBurst()
        return table.remove(subscriber, from: pattern)
    }

    /// Removes a subscriber; returns the patterns that it had.
    @discardableResult
    package func remove(_ subscriber: Subscriber) -> Set<ChannelPattern> {
        endBurst()
        subscriber.isGone = true
        return table.removeAll(of: subscriber)
    }

    /// What a subscriber listens to.
    package func patterns(of subscriber: Subscriber) -> Set<ChannelPattern> { table.patterns(of: subscriber) }

    /// True if somebody on this loop listens to the channel.
    package func hasSubscribers(for channel: ChannelName) -> Bool { table.hasMembers(for: channel) }

    // MARK: - Messages

    /// Publishes to the subscribers of all loops; returns how many on this loop took it. On a channel with a history it
    /// goes by way of the loop that owns the channel.
    @discardableResult
    package func publish(_ message: Message) -> Int {
        history.cover(message.channel) ? record(message, nil) : relay(message)
    }

    /// Sends a message to the subscribers of all loops.
    func relay(_ message: Message) -> Int {
        counters.published += 1
        if message.isRetained {
            if retained.retain(message) { noteRetained(message) } else { counters.refusedRetained += 1 }
        }
        for crossing in crossings { crossing.append(.message(message)) }
        return deliver(message)
    }

    /// Publishes now or, if another such message went out just before, together with the others that come within
    /// `GatheredMessages.milliseconds`: a hundred agents that connect at once would otherwise cause ten thousand
    /// writes. The order among these messages is kept.
    package func publishGathered(_ message: Message) {
        switch gathered.add(message) {
        case .publishAndStartTimer:
            publish(message)
            gatherTimer?.schedule(after: GatheredMessages.milliseconds)
        case .wait: break
        case .publish(let messages):
            for message in messages { publish(message) }
        }
    }

    private func publishGathered() {
        switch gathered.timerFired() {
        case .nothing: break
        case .publishAndRestartTimer(let messages):
            for message in messages { publish(message) }
            gatherTimer?.schedule(after: GatheredMessages.milliseconds)
        }
    }

    @discardableResult
    func deliver(_ message: Message) -> Int {
        if burst.takes(message) {
            burst.append(message)
            counters.delivered += burst.members.count
            defer { if burst.isFull { endBurst() } }
            return burst.members.count
        }
        endBurst()
        let members = table.members(for: message.channel)
        if members.count >= Burst.fewestMembers || hasFanouts {
            burst.begin(message, for: members)
        } else {
            for member in members {
                switch member.delivery {
                case .wire(let stream): append(message.wire, to: stream)
                case .sink(let sink): sink.deliver(message, on: self)
                }
            }
        }
        counters.delivered += members.count
        return members.count
    }

    func append(_ frames: [UInt8], to stream: TCPStream) {
        if stream.append(frames) == .overflowed { stream.reportOverflow(on: self) }
    }

    /// Hands out what was gathered: at the end of the turn, before subscriptions change, and before something that
    /// must not overtake it. What is beyond the turn's budget follows in later turns.
    package func endBurst() {
        guard !isFanningOut else { return }
        if !burst.isEmpty {
            if fanouts.isEmpty && burst.block.count * burst.members.count <= fanoutBudget {
                fanOutBurst()
            } else {
                waitingBytes.add(burst.block.count, ordering: .relaxed)
                fanouts.append(Fanout(burst))
                burst = Burst()
            }
        }
        fanOut()
    }

    private var hasFanouts: Bool { isFanningOut || !fanouts.isEmpty }

    /// The end of a turn: the next slice.
    private func beginFlush() {
        fanoutBudget = Shard.fanoutBytesPerTurn
        endBurst()
    }

    /// The usual case: all of it at once, and the burst keeps its memory.
    private func fanOutBurst() {
        // Closing a slow subscriber may publish: that waits until everybody has what came before.
        isFanningOut = true
        var ended = Burst()
        swap(&ended, &burst)
        for member in ended.members {
            switch member.delivery {
            case .wire(let stream): append(ended.block, to: stream)
            case .sink(let sink):
                for message in ended.messages { sink.deliver(message, on: self) }
            }
        }
        fanoutBudget -= ended.block.count * ended.members.count
        ended.end()
        if burst.isEmpty { burst = ended }
        isFanningOut = false
    }

    private func fanOut() {
        isFanningOut = true
        while fanoutBudget > 0, var fanout = fanouts.popFirst() {
            while fanoutBudget > 0, let piece = fanout.nextPiece() {
                fanoutBudget -= fanout.cost
                switch piece {
                case .frames(let frames, let stream): append(frames, to: stream)
                case .messages(let messages, let sink):
                    for message in messages { sink.deliver(message, on: self) }
                }
            }
            if fanout.isDone {
                waitingBytes.subtract(fanout.cost, ordering: .relaxed)
            } else {
                fanouts.prepend(fanout)
            }
        }
        isFanningOut = false
    }

    /// A subscriber is closed because it did not read; `dropped` bytes never left.
    package func countSlowConsumer(droppedBytes: Int) {
        counters.slowConsumers += 1
        counters.droppedBytes += droppedBytes
    }

    /// A connection is closed because its half-received message is one too many.
    package func countRefusedInput() { counters.refusedInputs += 1 }

    /// A bounded subscriber dropped a message.
    func countDroppedMessage() { counters.droppedMessages += 1 }

    // MARK: - Connections

    func hold(_ listener: TCPListener) -> Int {
        let key = newKey()
        listeners[key] = listener
        return key
    }

    /// The open connections, each with its owner.
    package var connections: [(stream: TCPStream, handler: any StreamHandler)] {
        streams.values.compactMap { stream in stream.handler.map { (stream, $0) } }
    }

    func listenerAddress(_ key: Int) -> SocketAddress? { listeners[key]?.address }

    func closeListener(_ key: Int) { listeners.removeValue(forKey: key)?.close() }

    /// A connection was closed at once because the process has as many as it may have.
    func countRefusedConnection() { counters.refusedConnections += 1 }

    /// Takes over a connected descriptor, which is closed if that fails. `load` was raised by the caller.
    func adopt(_ descriptor: Int32, handler: any StreamHandler, limits: StreamLimits) {
        guard
            let stream = try? TCPStream(adopting: descriptor, on: self, handler: handler, limits: limits)
        else {
            load.subtract(1, ordering: .relaxed)
            return
        }
        hold(stream)
        handler.opened(stream, on: self)
        // It was accepted before the port was closed, and promised to this loop.
        if isDraining { stream.drain(on: self) }
    }

    /// Opens a connection; `handler` hears `opened` or `closed`.
    package func connect(
        to address: SocketAddress,
        handler: any StreamHandler,
        limits: StreamLimits = StreamLimits()
    ) throws(BusError) {
        load.add(1, ordering: .relaxed)
        do throws(BusError) {
            hold(try TCPStream(connecting: address, on: self, handler: handler, limits: limits))
        } catch {
            load.subtract(1, ordering: .relaxed)
            throw error
        }
    }

    private func hold(_ stream: TCPStream) {
        streams[ObjectIdentifier(stream)] = stream
        counters.connections += 1
    }

    /// The stream is closed.
    func forget(_ stream: TCPStream) {
        guard streams.removeValue(forKey: ObjectIdentifier(stream)) != nil else { return }
        load.subtract(1, ordering: .relaxed)
        guard streams.isEmpty else { return }
        for drainer in drainers { drainer.resume() }
        drainers = []
    }

    /// Tells every connection to finish and waits until all are closed.
    func drain() async {
        isDraining = true
        // Whoever could reply is told to go.
        for then in requests.closeAll() { then(.timedOut) }
        for stream in streams.values { stream.drain(on: self) }
        guard !streams.isEmpty else { return }
        await withCheckedContinuation { drainers.append($0) }
    }

    /// Closes what is still open.
    func closeAll() {
        for stream in streams.values { stream.close() }
    }

    /// Before its loop stops: ends the subscriptions of this process, frees the ports, closes the connections, and lets
    /// go of the other shards.
    func stop() {
        for subscriber in held.values {
            if case .sink(let sink) = subscriber.delivery { sink.ended() }
            remove(subscriber)
        }
        held = [:]
        for listener in listeners.values { listener.close() }
        listeners = [:]
        for timer in [ticker, gatherTimer, historyTimer, requestTimer] { timer?.close() }
        ticker = nil
        gatherTimer = nil
        historyTimer = nil
        requestTimer = nil
        closeAll()
        stopWaiting()
        crossings = []
        table = SubscriptionTable()
        burst = Burst()
        fanouts = []
        waitingBytes.store(0, ordering: .relaxed)
    }

    /// How the shard stands.
    package func gauges() -> ShardGauges {
        var gauges = ShardGauges()
        gauges.connections = streams.count
        gauges.subscriptions = table.count
        gauges.bufferedBytes = streams.values.reduce(0) { $0 + $1.buffered }
        gauges.note(history)
        gauges.note(queues)
        gauges.openRequests = requests.count
        return gauges
    }

    /// Subscribers of each channel and pattern.
    var memberCounts: [String: Int] { table.memberCounts }
}
