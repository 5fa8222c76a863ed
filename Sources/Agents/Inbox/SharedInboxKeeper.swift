internal import Logging
package import Storage

/// Shares inboxes with the other servers of a database: says that this one is alive, gives back what it needn't hold,
/// hears where something arrived, and looks by itself for what nobody told.
package struct SharedInboxKeeper<C: Clock>: Sendable where C.Duration == Duration {
    private let inboxes: Inboxes
    private let shared: any SharedInboxStore
    private let clock: C
    private let logger = Logger(label: "dcm.inboxes")

    /// In seconds; the lease has to outlast some renewals.
    private static var renewal: Int { 4 }
    private static var look: Int { 3 }

    package init(inboxes: Inboxes, shared: any SharedInboxStore, clock: C = ContinuousClock()) {
        self.inboxes = inboxes
        self.shared = shared
        self.clock = clock
    }

    /// Runs until the task is cancelled. A database that is away is tried again each second.
    package func run() async {
        await shared.watchInboxes(as: inboxes.serverID) { [inboxes] news in inboxes.heard(news) }
        await keep()
    }

    private func pause() async -> Bool {
        (try? await clock.sleep(until: clock.now.advanced(by: .seconds(1)), tolerance: nil)) != nil
    }

    private func announceReceipts() async throws(StorageError) {
        let receipts = inboxes.receipts.take()
        guard !receipts.isEmpty else { return }
        do throws(StorageError) {
            try await shared.announce(receipts, from: inboxes.serverID)
        } catch {
            inboxes.receipts.putBack(receipts)
            throw error
        }
    }

    private func keep() async {
        var second = 0
        repeat {
            do throws(StorageError) {
                if second % Self.renewal == 0 { try await shared.renewLease(of: inboxes.serverID) }
                try await inboxes.release(to: shared)
                try await announceReceipts()
                if second % Self.look == 0 { try await inboxes.lookForOrphans(in: shared) }
                second += 1
            } catch {
                // The lease comes first when the database is back.
                second = 0
                logger.debug("inboxes are not shared at the moment", metadata: ["reason": "\(error)"])
            }
        } while await pause()
    }
}
