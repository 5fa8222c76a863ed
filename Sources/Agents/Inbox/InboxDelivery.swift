package import Bus
package import Storage

/// What one connection of an agent has got of the agent's inbox and gets next: a state machine without I/O.
///
/// It goes through what waits in the store, page by page (a pass), and then gets what arrives. What arrives while a
/// pass is under way, or what there is no room for, isn't kept: it is found by another pass. A connection that
/// acknowledges has a bounded number of items in hand, which are offered again until it does; any other one gets each
/// item once.
package struct InboxDelivery: Sendable {
    private struct Entry {
        var item: InboxItem
        /// When it is offered again, or for the first time on this connection.
        var dueAt: Timestamp
    }

    private enum Phase: Equatable {
        /// A page was asked for.
        case loading
        /// There was no room for what comes behind `cursor`.
        case paused
        /// A page could not be had.
        case failed
        /// Everything was offered.
        case caughtUp
        /// The connection is gone.
        case ended
    }

    /// What is to be done; parts may be empty.
    package struct Outcome: Equatable, Sendable {
        /// Send these, in this order.
        package var offers: [InboxItem] = []
        /// These were offered for the last time and nobody acknowledged.
        package var dead: [InboxItem] = []
        /// Read a page.
        package var load: Load?

        package init() {}

        /// True if nothing is to be done.
        package var isEmpty: Bool { offers.isEmpty && dead.isEmpty && load == nil }
    }

    /// A page to be read.
    package struct Load: Equatable, Sendable {
        /// What waits behind this place.
        package var after: InboxCursor
        /// Whether what the journal has will do while the store is away.
        package var mayUseJournal: Bool
    }

    private let policy: DeliveryPolicy
    /// The agent's items are offered until they are acknowledged.
    package private(set) var acknowledges: Bool
    private var phase = Phase.loading
    private var cursor = InboxCursor.start
    /// Something may wait that this pass doesn't find.
    private var mustLookAgain = false
    /// This pass follows another one, and what arrives meanwhile needn't wait for it.
    private var acceptsArrivals = false
    /// Something arrived that was left to the next pass: what arrives behind it has to wait for its turn.
    private var hasDeferred = false
    private var mayUseJournal = true
    /// This pass had to do without the store.
    private var isIncomplete = false
    /// When the store is asked again for what only it has.
    private var retryAt: Timestamp?
    private var inHand: [UUIDv7: Entry] = [:]
    private var messages: InboxWindow
    private var events: InboxWindow
    /// The channels whose events the connection is offered, if it acknowledges.
    package private(set) var listens: Set<ChannelPattern>
    /// There are events of channels that it didn't listen to, or that it couldn't acknowledge.
    private var hasUnwantedEvents = false
    /// There are events for which there was no room.
    private var hasWaitingEvents = false
    /// What was sent before the connection acknowledged anything.
    private var sent: Set<UUIDv7> = []
    /// `sent` was full and emptied: a pass from the start would send it all again.
    package private(set) var hasForgotten = false
    /// When what was sent and not acknowledged is looked for again.
    private var sentIsDueAt: Timestamp?
    /// Acknowledged while a page was being read, which may show them still.
    private var finished: Set<UUIDv7> = []

    package init(policy: DeliveryPolicy, acknowledges: Bool, listens: Set<ChannelPattern> = []) {
        self.policy = policy
        self.acknowledges = acknowledges
        self.listens = listens
        messages = InboxWindow(items: policy.window, bytes: policy.windowBytes)
        events = InboxWindow(items: policy.eventWindow, bytes: policy.windowBytes)
    }

    /// Items that were offered and not acknowledged.
    package var inHandCount: Int { inHand.count }

    // MARK: - Passes

    /// The connection is there.
    package mutating func opened() -> Outcome { beginPass() }

    /// - Parameter mayUseJournal: False if everything that the journal has was offered.
    private mutating func beginPass(mayUseJournal: Bool = true) -> Outcome {
        acceptsArrivals = phase == .caughtUp && !hasDeferred
        hasDeferred = false
        self.mayUseJournal = mayUseJournal
        mustLookAgain = false
        isIncomplete = false
        hasUnwantedEvents = false
        hasWaitingEvents = false
        if !hasForgotten { cursor = .start }
        return load()
    }

    private mutating func load() -> Outcome {
        phase = .loading
        finished = []
        var outcome = Outcome()
        outcome.load = Load(after: cursor, mayUseJournal: mayUseJournal)
        return outcome
    }

    /// A page that was asked for is here.
    ///
    /// - Parameter isWhole: False if it is only what could be had without the store.
    package mutating func loaded(_ page: InboxPage, isWhole: Bool, at now: Timestamp) -> Outcome {
        guard phase == .loading else { return Outcome() }
        var outcome = Outcome()
        for item in page.items {
            let id = item.message.id
            let isNew = inHand[id] == nil && !sent.contains(id) && !finished.contains(id)
            if isNew, item.message.expiresAt > now, admits(item.message) {
                guard hasRoom || item.message.isEvent else {
                    phase = .paused
                    return outcome
                }
                take(item, at: now, into: &outcome)
            }
            cursor = item.cursor
        }
        if !isWhole { isIncomplete = true }
        if !page.isLast {
            outcome.load = load().load
            return outcome
        }
        phase = .caughtUp
        retryAt = isIncomplete ? policy.storeRetry(at: now) : nil
        if mustLookAgain { outcome.load = beginPass().load }
        return outcome
    }

    /// The page could not be read; `tick` tries again.
    package mutating func loadFailed(at now: Timestamp) {
        guard phase == .loading else { return }
        phase = mayUseJournal ? .failed : .caughtUp
        retryAt = policy.storeRetry(at: now)
    }

    /// The page is to be read later: the connection hasn't taken yet what it was sent.
    package mutating func loadPostponed() {
        if phase == .loading { phase = .paused }
    }

    /// There may be something that other passes didn't find.
    package mutating func lookAgain() -> Outcome {
        mustLookAgain = true
        return phase == .caughtUp ? beginPass() : Outcome()
    }

    /// The connection is gone: what comes now is offered to nobody, and isn't counted as an offer.
    package mutating func closed() {
        phase = .ended
        inHand = [:]
        sent = []
        messages.removeAll()
        events.removeAll()
    }

    // MARK: - Events

    /// False for an event that is left for another pass: the connection isn't to have it now.
    private mutating func admits(_ message: MessageRecord) -> Bool {
        guard message.isEvent else { return true }
        guard wants(message) else {
            hasUnwantedEvents = true
            return false
        }
        guard events.hasRoom else {
            hasWaitingEvents = true
            return false
        }
        return true
    }

    private func wants(_ event: MessageRecord) -> Bool {
        guard acknowledges, let channel = event.channel.flatMap(ChannelName.init) else { return false }
        return listens.contains { $0.matches(channel) }
    }

    /// An event goes to all who listen, so also to this connection if it does: it counts as offered.
    package mutating func published(_ event: InboxItem, at now: Timestamp) -> Outcome {
        var outcome = Outcome()
        guard phase != .ended, inHand[event.message.id] == nil, admits(event.message) else { return outcome }
        events.add(event.message)
        offer(event, at: now, into: &outcome)
        return outcome
    }

    /// The connection listens to more channels.
    package mutating func listen(to patterns: [ChannelPattern]) -> Outcome {
        listens.formUnion(patterns)
        return hasUnwantedEvents ? lookAgain() : Outcome()
    }

    /// The connection doesn't listen to a pattern any more: its events are offered no more.
    package mutating func ignore(_ pattern: ChannelPattern) {
        listens.remove(pattern)
        for entry in inHand.values where entry.item.message.isEvent && !wants(entry.item.message) {
            remove(entry.item.message.id)
            hasUnwantedEvents = true
        }
    }

    // MARK: - Items

    private var hasRoom: Bool { !acknowledges || messages.hasRoom }

    private mutating func take(_ item: InboxItem, at now: Timestamp, into outcome: inout Outcome) {
        guard acknowledges else {
            if sent.count >= policy.sent {
                sent = []
                hasForgotten = true
            }
            sent.insert(item.message.id)
            return outcome.offers.append(item)
        }
        let mayWait = item.attempts >= min(policy.promptOffers, policy.attempts)
        if let next = item.nextOfferAt, next > now, mayWait {
            count(item)
            inHand[item.message.id] = Entry(item: item, dueAt: next)
        } else if item.attempts >= policy.attempts {
            outcome.dead.append(item)
        } else {
            count(item)
            offer(item, at: now, into: &outcome)
        }
    }

    private mutating func count(_ item: InboxItem) {
        if item.message.isEvent { events.add(item.message) } else { messages.add(item.message) }
    }

    private mutating func offer(_ item: InboxItem, at now: Timestamp, into outcome: inout Outcome) {
        var item = item
        item.attempts += 1
        let next = policy.nextOffer(after: item.attempts, at: now)
        item.nextOfferAt = next
        inHand[item.message.id] = Entry(item: item, dueAt: next)
        outcome.offers.append(item)
    }

    /// A message has just become durable.
    package mutating func arrived(_ item: InboxItem, at now: Timestamp) -> Outcome {
        var outcome = Outcome()
        let id = item.message.id
        guard inHand[id] == nil, !sent.contains(id) else { return outcome }
        guard phase == .caughtUp || phase == .loading && acceptsArrivals, hasRoom else {
            mustLookAgain = true
            hasDeferred = true
            acceptsArrivals = false
            if phase == .caughtUp { phase = .paused }
            return outcome
        }
        take(item, at: now, into: &outcome)
        return outcome
    }

    /// The connection said that it acknowledges; false if it had said so before.
    @discardableResult
    package mutating func startAcknowledging(at now: Timestamp) -> Bool {
        guard !acknowledges else { return false }
        acknowledges = true
        if !sent.isEmpty { sentIsDueAt = policy.nextOffer(after: 1, at: now) }
        if hasUnwantedEvents { mustLookAgain = true }
        return true
    }

    /// An item of the agent is acknowledged, on this connection or elsewhere.
    package mutating func acknowledged(_ id: UUIDv7) -> Outcome {
        if phase == .loading { finished.insert(id) }
        sent.remove(id)
        remove(id)
        if phase == .paused, messages.isHalfEmpty { return goOn() }
        return phase == .caughtUp && hasRoomForWaitingEvents ? beginPass() : Outcome()
    }

    private var hasRoomForWaitingEvents: Bool { hasWaitingEvents && events.isHalfEmpty }

    /// There is room again.
    private mutating func goOn() -> Outcome {
        mayUseJournal = true
        acceptsArrivals = false
        return load()
    }

    /// An acknowledgement of this item is being made durable: it isn't offered again meanwhile.
    ///
    /// - Returns: The message if the item is in hand.
    package mutating func acknowledging(_ id: UUIDv7, at now: Timestamp) -> MessageRecord? {
        guard let entry = inHand[id] else { return nil }
        inHand[id]?.dueAt = max(entry.dueAt, policy.nextOffer(after: 1, at: now))
        return entry.item.message
    }

    private mutating func remove(_ id: UUIDv7) {
        guard let message = inHand.removeValue(forKey: id)?.item.message else { return }
        if message.isEvent { events.remove(message) } else { messages.remove(message) }
    }

    /// To be called about once a second.
    package mutating func tick(at now: Timestamp) -> Outcome {
        var outcome = Outcome()
        let due = inHand.filter { $0.value.dueAt <= now }.sorted { $0.value.item.cursor < $1.value.item.cursor }
        for (id, entry) in due {
            if entry.item.message.expiresAt <= now {
                remove(id)
            } else if entry.item.attempts >= policy.attempts {
                remove(id)
                outcome.dead.append(entry.item)
            } else {
                offer(entry.item, at: now, into: &outcome)
            }
        }
        if let due = sentIsDueAt, due <= now {
            sentIsDueAt = nil
            sent = []
            mustLookAgain = true
        }
        guard phase != .loading, phase != .ended, hasRoom else { return outcome }
        if phase == .paused {
            outcome.load = goOn().load
        } else if phase == .failed || mustLookAgain || hasRoomForWaitingEvents {
            outcome.load = beginPass().load
        } else if let retryAt, retryAt <= now {
            outcome.load = beginPass(mayUseJournal: false).load
        }
        return outcome
    }
}
