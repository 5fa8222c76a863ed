internal import Bus

/// The turns of an import at its pace: page by page.
struct ImportTurns {
    private let activity: @Sendable () async -> Int
    private var pace: ImportPace
    private var begin = ContinuousClock.now

    /// - Parameters:
    ///   - activity: How many messages and records there were since the start.
    ///   - pace: One that has looked already knows sooner.
    init(_ activity: @escaping @Sendable () async -> Int, pace: ImportPace) {
        self.activity = activity
        self.pace = pace
    }

    /// To be called between two pages; rests if it has to.
    ///
    /// - Returns: True if the next page may be worked at while the store takes this one.
    mutating func next(_ context: JobContext) async throws(AgentsError) -> Bool {
        try context.check()
        pace.look(activity: await activity() - context.told, at: .now)
        let rest = pace.rest(after: .now - begin)
        if rest > .zero {
            // Stopped meanwhile, it says so.
            try? await Task.sleep(for: rest)
            try context.check()
        }
        begin = .now
        return pace.mayLookAhead
    }
}
