package import Bus
package import Storage

/// Events that agents have to acknowledge.
extension Inboxes {
    /// The connection listens to these patterns, too.
    package func listen(_ link: InboxLink, to patterns: [ChannelPattern]) {
        let (acknowledges, outcome) = link.update { ($0.acknowledges, $0.listen(to: patterns)) }
        if acknowledges { track(link, patterns) }
        perform(outcome, for: link)
    }

    /// The connection doesn't listen to a pattern any more.
    package func ignore(_ link: InboxLink, _ pattern: ChannelPattern) {
        link.update { $0.ignore(pattern) }
        changeListeners { $0.ignore(link.agentID, connection: link.number, pattern) }
    }

    func track(_ link: InboxLink, _ patterns: some Sequence<ChannelPattern>) {
        let time = now()
        changeListeners { $0.listen(link.agentID, connection: link.number, to: patterns, at: time) }
    }

    /// Changes what is known of listeners, and keeps it for a server that begins again.
    func changeListeners<Result>(_ change: (inout EventListeners) -> Result) -> Result {
        let (result, changes) = listeners.withLock { (change(&$0), $0.takeChanges()) }
        listenerKeeper.withLock { $0 }?.keep(changes)
        return result
    }

    /// Goes on with the listeners of an earlier server, and keeps them from now on. Call it before anybody connects.
    package func keepListeners(_ known: [KeptListener], in keeper: any ListenerKeeper) {
        listenerKeeper.withLock { $0 = keeper }
        let time = now()
        changeListeners { $0.recall(known, at: time) }
    }

    /// False if nobody would have to acknowledge any event.
    var hasListeners: Bool { listeners.withLock { $0.count > 0 } }

    func recipients(of id: UUIDv7, on channel: ChannelName) -> [String] {
        let time = now()
        return changeListeners { $0.recipients(of: id, on: channel, at: time) }
    }

    /// An event goes to everybody who listens: the connections of its recipients have it in hand from now on.
    func published(_ event: MessageRecord) {
        for agentID in event.recipients {
            for link in links(of: agentID) {
                // Not lined up to be sent: it is on its way already.
                perform(link.update { $0.published(InboxItem(message: event), at: now()) }, for: link)
            }
        }
    }

    /// An event could not be made durable.
    func failed(_ event: MessageRecord) {
        listeners.withLock { listeners in
            listeners.countFailure()
            for agentID in event.recipients { listeners.ended(event.id, of: agentID) }
        }
    }

    /// How events are tracked.
    package var eventCounters: EventListeners.Counters { listeners.withLock { $0.counters } }
    /// Agents that events are tracked for.
    package var listeningAgents: Int { listeners.withLock { $0.count } }
}
