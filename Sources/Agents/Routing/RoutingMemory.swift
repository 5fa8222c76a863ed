internal import Bus
package import Storage

/// What was learnt about tools, in memory: suggestions and figures cost no query.
///
/// It follows the journal: the journal's thread hands it every commit, in order, so that it knows what the store will
/// know. At the start it is loaded from the store, and then gets what the journal holds beyond that.
package final class RoutingMemory: Sendable {
    private let table: Lock<RoutingTable>

    package init(maximumRows: Int = 1_000_000) { table = Lock(RoutingTable(maximumRows: maximumRows)) }

    /// Takes over every row of the store. Before the first `apply`: a row that is there already is replaced.
    package func load(from store: any ScoreStore) async throws(AgentsError) {
        do throws(StorageError) {
            try await store.loadScores { [table] batch in
                table.withLock { table in
                    for (key, row) in batch { table.restore(key, row) }
                }
            }
        } catch {
            throw AgentsError(error)
        }
    }

    /// Learns from committed records, in the order of their positions.
    package func apply(_ entries: [JournalEntry]) {
        table.withLock { table in
            for entry in entries { table.apply(entry.record) }
        }
    }

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

    /// The tools that served for any of the keywords, the best first.
    package func suggest(_ question: Question) -> [Suggestion] {
        table.withLock { table in
            table.suggest(
                keywords: question.keywords,
                limit: question.limit,
                minScore: Score(question.minimumScore),
                toolType: question.toolType,
                excludeTypes: question.excludedTypes
            )
        }
    }

    /// Figures of the whole table.
    package func stats() -> RoutingStatistics { table.withLock { $0.stats() } }

    /// How many new pairs of keyword and tool were not learnt because the table is full.
    package var refusedCount: Int { table.withLock { $0.refusedCount } }

    /// How many rows a tool has for these keywords.
    func rowCount(keywords: [String], toolName: String) -> Int {
        table.withLock { $0.rowCount(keywords: keywords, toolName: toolName) }
    }
}
