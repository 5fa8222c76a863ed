internal import Bus
package import Storage

/// What was learnt about tools, in memory: suggestions and figures cost no query.
///
/// It follows the journal: the journal's thread hands it every commit, in order, so that it knows what the store will
/// know. What was before is loaded once, from the store and from what the journal holds beyond it; until then, it has
/// no answers rather than wrong ones.
package final class RoutingMemory: Sendable {
    private let state: Lock<RoutingState>
    private let maximumRows: Int
    private let isShared: Bool

    /// - Parameter isShared: Whether other servers change what the store holds, see `follow`.
    package init(maximumRows: Int = 1_000_000, isShared: Bool = false) {
        self.maximumRows = maximumRows
        self.isShared = isShared
        state = Lock(RoutingState(maximumRows: maximumRows))
    }

    // MARK: - Learning

    /// Loads everything that was recorded. Commits may come meanwhile. After an error it may be tried again.
    package func load(from history: any RecordHistory) async throws(AgentsError) {
        let loading = Lock(RoutingTable(maximumRows: maximumRows))
        do throws(StorageError) {
            let moment = try await history.loadScores { batch in
                loading.withLock { table in
                    for (key, row) in batch { table.restore(key, row) }
                }
            }
            let table = loading.withLock { $0 }
            state.withLock { $0 = RoutingState(table, of: moment, isShared: isShared) }
            while let position = state.withLock({ $0.nextGap() }) {
                try await history.history(after: position) { [state] entries, through in
                    state.withLock { $0.learn(entries, through: through) }
                }
            }
        } catch {
            state.withLock { $0.failed() }
            throw AgentsError(error)
        }
    }

    /// Learns from a commit, in the order of the positions.
    package func apply(_ entries: [JournalEntry]) {
        state.withLock { $0.apply(entries) }
    }

    /// Takes over what other servers have learnt since the last time, or since the load.
    ///
    /// - Returns: False if the store is so far behind with this server's own records that it has to be tried again.
    package func follow(_ scores: any SharedScores) async throws(AgentsError) -> Bool {
        // A load that failed half-way is made up for.
        guard state.withLock({ $0.through != nil }) else {
            try await load(from: scores)
            return true
        }
        let isMerged = Lock(true)
        let moment: ScoreMoment?
        do throws(StorageError) {
            moment = try await scores.changedScores(after: state.withLock { $0.revision }) { [state] rows, moment in
                let isWhole = state.withLock { $0.merge(rows, heldThrough: moment.position) }
                isMerged.withLock { $0 = $0 && isWhole }
            }
        } catch {
            throw AgentsError(error)
        }
        guard let moment else {
            try await load(from: scores)
            return true
        }
        return state.withLock { state in
            // Also without rows: what the store holds needn't be kept.
            guard state.merge([], heldThrough: moment.position), isMerged.withLock({ $0 }) else { return false }
            state.merged(through: moment.revision)
            return true
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

    /// How many records of this server were forgotten before the store held them: what other servers learn is taken over
    /// later then.
    package var forgottenCount: Int { state.withLock { $0.forgottenCount } }

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
