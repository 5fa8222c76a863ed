internal import Bus
internal import Storage

/// What becomes of recorded calls that match no row: they are counted, and their rows taken back if those were stored.
extension FollowJob {
    /// How long after a row its other half may be recorded and still be found, and how often that is looked for;
    /// milliseconds.
    private static let lookBack: Int64 = 3_600_000
    private static let interval: Int64 = 10_000
    /// Recorded calls of this time are looked at at once; milliseconds.
    private static let longestSpan: Int64 = 86_400_000

    /// Not each time that nothing is left to read: it is a look at an hour.
    static func mustSettle(_ time: Int64, _ checkpoint: FollowCheckpoint) -> Bool {
        time - checkpoint.settledThrough >= interval
    }

    /// Counts recorded calls for which no row came, up to a time whose rows have all been read, and takes rows back
    /// whose calls were recorded late.
    func settle(
        through time: Int64,
        _ late: LateCalls,
        _ context: JobContext,
        _ checkpoint: inout FollowCheckpoint
    ) async throws(AgentsError) {
        let firm = time - FollowJob.lookBack
        var start = min(checkpoint.firmThrough, firm) + 1
        var unmatched: [Timestamp] = []
        do throws(StorageError) {
            try await room.journal.flush()
            while start <= time {
                if Task.isCancelled { break }
                let end = min(time, start + FollowJob.longestSpan)
                let live = try await room.store.unmatchedActions(
                    from: Timestamp(milliseconds: start),
                    through: Timestamp(milliseconds: end)
                )
                let found = try await late.find(live)
                try await takeBack(found, context, &checkpoint)
                let matched = Set(found.matches.map(\.liveID))
                unmatched += live.filter { !matched.contains($0.id) }.map(\.createdAt)
                start = end + 1
            }
            guard !Task.isCancelled else { return }
            checkpoint.settle(unmatched, firm: firm, through: time)
            let stored = context.checkpoint(checkpoint.text)
            try await room.jobs.save(stored)
            context.reached(stored)
        } catch {
            throw AgentsError(error)
        }
        context.progress(Array(checkpoint.text.utf8))
    }

    func takeBack(
        _ found: LateCalls.Found,
        _ context: JobContext,
        _ checkpoint: inout FollowCheckpoint
    ) async throws(StorageError) {
        guard !found.actions.isEmpty else { return }
        var next = checkpoint
        next.takeBack(found.actions)
        let stored = context.checkpoint(next.text)
        try await room.store.withdraw(
            ImportWithdrawal(actions: found.actions, matches: found.matches, checkpoint: stored)
        )
        context.reached(stored)
        checkpoint = next
    }
}
