internal import Bus
package import Storage

/// What was learnt about tools, in memory: suggestions and figures cost no query.
///
/// It follows the journal: the journal's thread hands it every commit, in order, so that it knows what the store will
/// know. What was before is loaded once, from the store and from what the journal holds beyond it; until then, it has
/// no answers rather than wrong ones.
package final class RoutingMemory: Sendable {
    private struct State {
        var table: RoutingTable
        /// The last record that the table knows; nil until it was loaded.
        var through: JournalPosition?
        /// While what was before is read.
        var isLoading = false
        /// A commit came meanwhile that doesn't follow the last known record: the journal has what lies between.
        var isBehind = false

        /// Learns what is new in `entries`, which are all that there is up to a position.
        mutating func learn(_ entries: [JournalEntry], through position: JournalPosition) {
            let known = through ?? .start
            for entry in entries where entry.position > known { table.apply(entry.record) }
            through = max(known, position)
        }
    }

    private let state: Lock<State>
    private let maximumRows: Int

    package init(maximumRows: Int = 1_000_000) {
        self.maximumRows = maximumRows
        state = Lock(State(table: RoutingTable(maximumRows: maximumRows)))
    }

    // MARK: - Learning

    /// Loads everything that was recorded. Commits may come meanwhile. After an error it may be tried again.
    package func load(from history: any RecordHistory) async throws(AgentsError) {
        let loading = Lock(RoutingTable(maximumRows: maximumRows))
        do throws(StorageError) {
            let through = try await history.loadScores { batch in
                loading.withLock { table in
                    for (key, row) in batch { table.restore(key, row) }
                }
            }
            let table = loading.withLock { $0 }
            state.withLock { $0 = State(table: table, through: through, isLoading: true, isBehind: true) }
            while let position = nextGap() {
                try await history.history(after: position) { [state] entries, through in
                    state.withLock { $0.learn(entries, through: through) }
                }
            }
        } catch {
            // Half of the truth would be a wrong answer.
            state.withLock { $0.through = nil }
            throw AgentsError(error)
        }
    }

    /// Where to read on, nil if nothing is missing.
    private func nextGap() -> JournalPosition? {
        state.withLock { state in
            state.isLoading = state.isBehind
            state.isBehind = false
            return state.isLoading ? state.through : nil
        }
    }

    /// Learns from a commit, in the order of the positions.
    package func apply(_ entries: [JournalEntry]) {
        state.withLock { state in
            guard let through = state.through, let last = entries.last?.position, last > through else { return }
            let follows = entries.contains { $0.position.value == through.value + 1 }
            if follows || !state.isLoading { state.learn(entries, through: last) } else { state.isBehind = true }
        }
    }

    // MARK: - Questions

    /// What a client asks about.
    package struct Question: Equatable, Sendable {
        /// As `KeywordList` or `Keywords` gives them.
        package var keywords: [String]
        package var limit: Int
        /// Rows below aren't looked at.
        package var minimumScore: Double
        package var toolType: String?
        /// Without effect beside `toolType`.
        package var excludedTypes: [String]

        package init(
            keywords: [String],
            limit: Int = 10,
            minimumScore: Double = 0.5,
            toolType: String? = nil,
            excludedTypes: [String] = []
        ) {
            self.keywords = keywords
            self.limit = limit
            self.minimumScore = minimumScore
            self.toolType = toolType
            self.excludedTypes = excludedTypes
        }
    }

    /// The tools that served for any of the keywords, the best first. Throws `unavailable` until it was loaded.
    package func suggest(_ question: Question) throws(AgentsError) -> [Suggestion] {
        try answer { table in
            table.suggest(
                keywords: question.keywords,
                limit: question.limit,
                minScore: Score(question.minimumScore),
                toolType: question.toolType,
                excludeTypes: question.excludedTypes
            )
        }
    }

    /// Figures of the whole table. Throws `unavailable` until it was loaded.
    package func stats() throws(AgentsError) -> RoutingStatistics { try answer { $0.stats() } }

    /// How many new pairs of keyword and tool were not learnt because the table is full.
    package var refusedCount: Int { state.withLock { $0.table.refusedCount } }

    /// How many rows a tool has for these keywords; none until it was loaded.
    func rowCount(keywords: [String], toolName: String) -> Int {
        state.withLock { $0.table.rowCount(keywords: keywords, toolName: toolName) }
    }

    private func answer<Answer>(_ question: (RoutingTable) -> Answer) throws(AgentsError) -> Answer {
        let answer = state.withLock { $0.through == nil ? nil : question($0.table) }
        guard let answer else {
            throw AgentsError(.unavailable, "What was learnt is not loaded yet: the store does not answer")
        }
        return answer
    }
}
