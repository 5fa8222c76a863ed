package import Bus
package import Storage

/// Offers the items of inboxes to the connections of their agents until they are acknowledged, dead or expired.
///
/// What `InboxDelivery` decides for each connection is carried out here: items go to the connection, pages are read,
/// and what happened goes through the journal. Offers needn't be durable before they are sent: one that is lost with
/// the server is only counted too little.
package final class Inboxes: Sendable {
    private let journal: any RecordJournal & RecordHistory
    private let store: any MessageStore & InboxStore
    let receipts: Receipts
    private let reader: InboxReader
    private let policy: DeliveryPolicy
    let now: @Sendable () -> Timestamp
    private let counts = Lock(Counters())
    let tasks = BackgroundTasks()
    /// An agent has left whose items this server may still hold.
    private let hasDepartures = Lock(true)
    private let registry: InboxRegistry
    let listeners = Lock(EventListeners())
    let listenerKeeper = Lock<(any ListenerKeeper)?>(nil)
    let known: KnownAgents
    private let reads = ReadGate(limit: Inboxes.mostReads)
    /// Reads of inboxes under way at once; far below what waits for a connection to a database at most.
    private static let mostReads = 32
    let serverID: String

    /// What happened since the start.
    package struct Counters: Equatable, Sendable {
        package var offered = 0
        package var redelivered = 0
        package var acknowledged = 0
        package var dead = 0
        package var expired = 0
        package var connections = 0
        package var inHand = 0
        /// Connections that don't acknowledge and were sent more than is remembered.
        package var forgotten = 0
        /// Agents of which memory forgot that they were seen.
        package var forgottenAgents = 0
        /// Receipts that other servers weren't told because too many waited.
        package var droppedReceipts = 0
    }

    /// - Parameters:
    ///   - registry: Whose presence the store was opened with.
    ///   - serverID: This server among those that share the store.
    ///   - isShared: Whether there may be other servers.
    package init(
        registry: InboxRegistry,
        journal: any RecordJournal & RecordHistory,
        store: any MessageStore & InboxStore,
        publisher: any MessagePublisher,
        serverID: String,
        isShared: Bool = false,
        policy: DeliveryPolicy = DeliveryPolicy(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.registry = registry
        self.journal = journal
        self.store = store
        receipts = Receipts(publisher: publisher, isShared: isShared)
        self.policy = policy
        self.now = now
        known = KnownAgents(journal: journal, store: store, tasks: tasks, now: now)
        self.serverID = serverID
        reader = InboxReader(journal: journal, store: store, serverID: serverID)
    }

    /// Counters and gauges.
    package var counters: Counters {
        var counters = counts.withLock { $0 }
        for link in registry.all() {
            counters.connections += 1
            let (inHand, hasForgotten) = link.update { ($0.inHandCount, $0.hasForgotten) }
            counters.inHand += inHand
            counters.forgotten += hasForgotten ? 1 : 0
        }
        counters.droppedReceipts = receipts.dropped
        counters.forgottenAgents = known.forgottenCount
        return counters
    }

    // MARK: - Connections

    /// A connection of an agent is there and gets what waits for the agent.
    ///
    /// - Parameters:
    ///   - acknowledges: Items are offered until they are acknowledged; otherwise once, and again on the next connection.
    ///   - listens: The channels to which the connection listens.
    ///   - isRestored: Among these are those that the agent listened to before; otherwise it may ask for them yet.
    ///   - subscriber: The connection as its shard keeps it.
    package func open(
        _ agentID: String,
        acknowledges: Bool,
        listens: Set<ChannelPattern>,
        isRestored: Bool,
        subscriber: Int,
        on shard: isolated Shard
    ) -> InboxLink {
        let link = InboxLink(
            agentID: agentID,
            number: registry.number(),
            shard: shard,
            subscriber: subscriber,
            delivery: InboxDelivery(policy: policy, acknowledges: acknowledges, listens: listens)
        )
        known.see(agentID)
        // From here on what arrives is offered; before, it is found by the first pass.
        registry.add(link)
        // What it listens to now comes first: there is no moment at which nothing is remembered.
        if acknowledges { track(link, listens) }
        if isRestored { changeListeners { $0.forgetMemory(of: agentID) } }
        perform(link.decide { $0.opened() }, for: link)
        return link
    }

    /// The connection is gone.
    package func close(_ link: InboxLink) {
        link.update { $0.closed() }
        let time = now()
        changeListeners { $0.leave(link.agentID, connection: link.number, at: time) }
        if registry.remove(link) { hasDepartures.withLock { $0 = true } }
    }

    func links(of agentID: String) -> [InboxLink] { registry.links(of: agentID) }

    /// How many connections an agent has here.
    package func connections(of agentID: String) -> Int { registry.links(of: agentID).count }

    /// The connection has said that it acknowledges.
    package func startAcknowledging(_ link: InboxLink) {
        let listens = link.update { $0.startAcknowledging(at: now()) ? $0.listens : nil }
        if let listens { track(link, listens) }
    }

    // MARK: - Items

    /// Offers a message that has just become durable to the agents that are here.
    func arrived(_ message: MessageRecord) {
        for link in registry.links(concernedBy: message) {
            perform(link.decide { $0.arrived(InboxItem(message: message), at: now()) }, for: link)
        }
    }

    /// An agent has an item for good. Returns when that is durable.
    ///
    /// - Throws: `notFound` if the message doesn't exist or is none of the agent's. While the store is away a message
    ///   that isn't in hand is taken to be there.
    package func acknowledge(_ id: UUIDv7, by agentID: String) async throws(AgentsError) {
        guard tasks.begin() else { throw AgentsError.shuttingDown }
        defer { tasks.end() }
        let links = registry.links(of: agentID)
        var message = links.lazy.compactMap { link in link.update { $0.acknowledging(id, at: self.now()) } }.first
        if message == nil {
            switch try await finding(id, agentID) {
            case .acknowledgeable(let found): message = found
            case .ended: return
            case .unknown: break
            }
        }
        do {
            let item = InboxRecord.Item(messageID: id, attempts: 0)
            let record = InboxRecord(agentID: agentID, change: .acknowledged, items: [item], createdAt: now())
            _ = try await journal.append(.inbox(record))
        } catch {
            throw AgentsError(error)
        }
        // Not before it is durable: a page that is read now must not show it as waiting and be believed.
        for link in links { perform(link.decide { $0.acknowledged(id) }, for: link) }
        counts.withLock { $0.acknowledged += 1 }
        listeners.withLock { $0.ended(id, of: agentID) }
        // Nobody knows whose message it was while the store is away, and nobody asks who has got an event.
        guard let message, !message.isEvent else { return }
        receipts.publish(.acknowledged, message, agentID)
    }

    private enum Finding {
        case acknowledgeable(MessageRecord)
        /// It was acknowledged before, or has expired.
        case ended
        /// The store is away.
        case unknown
    }

    private func finding(_ id: UUIDv7, _ agentID: String) async throws(AgentsError) -> Finding {
        let message: MessageRecord?
        let status: InboxItemStatus?
        do {
            try await journal.flush()
            message = try await store.message(id)
            status = try await store.itemStates(ofMessage: id).first { $0.agentID == agentID }
        } catch  where error.code == .unavailable {
            return .unknown
        } catch {
            throw AgentsError(error)
        }
        guard let message, message.isEvent ? status != nil : message.concerns(agentID) else {
            throw AgentsError(.notFound, "Message not found")
        }
        guard let status, status.state.after(.acknowledged) == nil else { return .acknowledgeable(message) }
        return .ended
    }

    // MARK: - Carrying out

    func perform(_ outcome: InboxDelivery.Outcome, for link: InboxLink) {
        guard !outcome.isEmpty else { return }
        if !outcome.offers.isEmpty {
            link.send()
            noteOffers(outcome.offers, for: link)
        }
        if !outcome.dead.isEmpty { end(outcome.dead, for: link) }
        if let load = outcome.load { self.load(load, for: link) }
    }

    private func noteOffers(_ items: [InboxItem], for link: InboxLink) {
        counts.withLock { counts in
            counts.offered += items.count
            counts.redelivered += items.count { $0.attempts > 1 }
        }
        let record = InboxRecord(
            agentID: link.agentID,
            change: .offered,
            items: items.map { InboxRecord.Item(messageID: $0.message.id, attempts: $0.attempts) },
            nextOfferAt: items.compactMap(\.nextOfferAt).max(),
            createdAt: now()
        )
        tasks.run { [journal] in _ = try? await journal.append(.inbox(record)) }
    }

    private func end(_ items: [InboxItem], for link: InboxLink) {
        counts.withLock { $0.dead += items.count }
        let record = InboxRecord(
            agentID: link.agentID,
            change: .dead,
            items: items.map { InboxRecord.Item(messageID: $0.message.id, attempts: $0.attempts) },
            createdAt: now()
        )
        tasks.run { [self] in
            // Refused by a full journal it stays an item that is offered no more, until the next connection.
            guard (try? await journal.append(.inbox(record))) != nil else { return }
            for item in items {
                listeners.withLock { $0.ended(item.message.id, of: link.agentID) }
                if !item.message.isEvent { receipts.publish(.dead, item.message, link.agentID) }
            }
        }
    }

    private func load(_ load: InboxDelivery.Load, for link: InboxLink) {
        link.shard.runHere { [self] shard in
            // An agent that reads slowly gets the rest when it has read this.
            guard link.hasTakenOutput(on: shard) else { return link.update { $0.loadPostponed() } }
            tasks.run { await self.read(load, for: link) }
        }
    }

    private func read(_ load: InboxDelivery.Load, for link: InboxLink) async {
        let time = now()
        guard let found = await reads.run({ await reader.page(of: link.agentID, load, now: time) }) else {
            return link.update { $0.loadFailed(at: now()) }
        }
        perform(link.decide { $0.loaded(found.page, isWhole: found.isWhole, at: time) }, for: link)
    }

    // MARK: - Time

    /// Offers again what is due; to be called about once a second.
    func tick() {
        let time = now()
        for link in registry.all() { perform(link.decide { $0.tick(at: time) }, for: link) }
    }

    /// An agent's inbox may have something that arrived elsewhere; nil means every agent's.
    func lookAgain(for agentID: String?) {
        for link in agentID.map({ registry.links(of: $0) }) ?? registry.all() {
            perform(link.decide { $0.lookAgain() }, for: link)
        }
    }

    /// Ends what has expired and tells the senders.
    func expire() async throws(StorageError) {
        // An acknowledgement that is on its way counts.
        try await journal.flush()
        while true {
            let items = try await store.expireItems(now: now(), limit: Inboxes.expiryRows)
            counts.withLock { $0.expired += items.count }
            for item in items {
                listeners.withLock { $0.ended(item.messageID, of: item.agentID) }
                guard let sender = item.sender else { continue }
                receipts.publish(
                    InboxReceipt(
                        event: .expired,
                        messageID: item.messageID,
                        agentID: item.agentID,
                        sender: sender,
                        topic: item.topic
                    )
                )
            }
            guard items.count == Inboxes.expiryRows else { return }
        }
    }

    private static let expiryRows = 1000

    // MARK: - Other servers

    /// Another server says something.
    func heard(_ news: InboxNews) {
        switch news {
        case .items(let agentID): lookAgain(for: agentID)
        case .receipt(let receipt): receipts.publishHere(receipt)
        }
    }

    /// Lets other servers offer what was this one's for agents that have left.
    package func release(to shared: any SharedInboxStore) async throws(StorageError) {
        guard
            hasDepartures.withLock({ has in
                defer { has = false }
                return has
            })
        else { return }
        do throws(StorageError) {
            // Items that are on their way are held by this server when they arrive.
            try await journal.flush()
            try await shared.releaseItems(heldBy: serverID, keeping: registry.agents)
        } catch {
            hasDepartures.withLock { $0 = true }
            throw error
        }
    }

    /// Looks for what other servers left without saying so.
    func lookForOrphans(in shared: any SharedInboxStore) async throws(StorageError) {
        let agents = registry.agents
        guard !agents.isEmpty else { return }
        for agentID in try await shared.claimableAgents(among: agents, by: serverID) { lookAgain(for: agentID) }
    }

    /// Begins nothing more and waits for what is under way. Call it before the store is closed.
    package func finish() async { await tasks.finish() }
}
