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
        await withTaskGroup { group in
            group.addTask { while await pause(seconds: 1) { inboxes.tick() } }
            group.addTask {
                // A store that is away expires what is due when it is back.
                while await pause(seconds: Self.secondsBetweenExpiries) { try? await inboxes.expire() }
            }
        }
    }

    private func pause(seconds: Int) async -> Bool {
        (try? await clock.sleep(until: clock.now.advanced(by: .seconds(seconds)), tolerance: nil)) != nil
    }
}
