package import Bus
package import Storage

/// What can be chosen about blocking, subscriptions and clean-up.
package struct ExchangeSettings: Sendable {
    /// Keys of callbacks are made of it; nil for a random one.
    package var secret: String?
    /// Hosts beside this machine that callbacks may go to.
    package var callbackHosts: [String] = []
    package var retention = Retention()

    package init() {}
}

/// The rooms around the exchange of messages: who hears whom and what, what an agent has to know, and what goes.
package struct ExchangeRooms: Sendable {
    package let blocking: Blocking
    package let subscriptions: TopicSubscriptions
    package let callbacks: CallbackDispatcher<ContinuousClock>
    package let callbackHosts: CallbackHosts
    package let briefs: ContextBriefs
    package let cleaner: Cleaner<ContinuousClock>
    private let reloader: MirrorReloader<ContinuousClock>

    package init(bus: Bus, store: DurableStore, settings: ExchangeSettings) {
        callbackHosts = CallbackHosts(allowed: settings.callbackHosts)
        blocking = Blocking(store: store.store, publisher: bus)
        subscriptions = TopicSubscriptions(store: store.store, hosts: callbackHosts)
        callbacks = CallbackDispatcher(
            subscriptions: subscriptions,
            blocking: blocking,
            signer: CallbackSigner(secret: settings.secret)
        )
        briefs = ContextBriefs(journal: store, store: store.store)
        cleaner = Cleaner(store: store.store, publisher: bus, retention: settings.retention)
        reloader = MirrorReloader(blocking: blocking, subscriptions: subscriptions, repeats: store.mayBeAway)
    }

    /// Refuses messages between agents of which one blocks the other.
    func admit(_ message: NewMessage) throws(AgentsError) {
        guard let agentID = message.toAgent else { return }
        if let refusal = blocking.refusal(from: message.fromAgent, to: agentID) { throw refusal }
    }

    /// What must be known before the first request; `run` does it for a store that may be away.
    package func load() async throws(AgentsError) { try await reloader.load() }

    /// Works until the task is cancelled.
    ///
    /// - Parameter sender: Makes the calls to other programs.
    package func run(with sender: any CallbackSender) async {
        await withTaskGroup { group in
            group.addTask { await callbacks.run(with: sender) }
            group.addTask { await cleaner.run() }
            group.addTask { await reloader.run() }
        }
    }
}
