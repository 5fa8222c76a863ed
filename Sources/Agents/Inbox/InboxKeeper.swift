/// Does what is due in inboxes: offers again once a second, and ends what has expired every few seconds.
package struct InboxKeeper<C: Clock>: Sendable where C.Duration == Duration {
    private let inboxes: Inboxes
    private let clock: C
    private static var secondsBetweenExpiries: Int { 5 }

    package init(inboxes: Inboxes, clock: C = ContinuousClock()) {
        self.inboxes = inboxes
        self.clock = clock
    }

    /// Runs until the task is cancelled.
    package func run() async {
        var seconds = 0
        while (try? await clock.sleep(until: clock.now.advanced(by: .seconds(1)), tolerance: nil)) != nil {
            inboxes.tick()
            seconds += 1
            guard seconds % Self.secondsBetweenExpiries == 0 else { continue }
            // A store that is away expires what is due when it is back.
            try? await inboxes.expire()
        }
    }
}
