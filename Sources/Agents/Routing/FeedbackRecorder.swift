package import Bus
internal import Storage

/// Records verdicts on suggestions.
package final class FeedbackRecorder: Sendable {
    /// What became of a verdict.
    package struct Outcome: Equatable, Sendable {
        /// How many scores it changed: those that there are for the tool and the keywords.
        package let changedCount: Int
        /// By how much, before the bounds of a score.
        package let adjustment: Double
    }

    private let journal: any RecordJournal
    private let memory: RoutingMemory
    private let now: @Sendable () -> Timestamp

    package init(
        journal: any RecordJournal,
        memory: RoutingMemory,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.journal = journal
        self.memory = memory
        self.now = now
    }

    /// Records a verdict; the memory learns it with the commit.
    ///
    /// - Parameters:
    ///   - keywords: As the client lists them.
    ///   - chosen: Whether the suggestion was taken. Nil is refused: silence is no rejection.
    /// - Throws: `AgentsError`: `invalid`, `unavailable`, `storageFull`, `internalFailure`.
    package func record(
        toolName: String,
        keywords: [String],
        chosen: Bool?
    ) async throws(AgentsError) -> Outcome {
        let keywords = KeywordList.normalized(keywords)
        guard !toolName.isEmpty, !keywords.isEmpty else {
            throw AgentsError(.invalid, "Missing required fields: tool_name and keywords")
        }
        guard let chosen else {
            let problem = AgentsError.Problem(field: "chosen", text: "chosen is required")
            throw AgentsError(.invalid, problem.text, problems: [problem])
        }
        guard keywords.count <= KeywordList.limit, keywords.allSatisfy({ $0.utf8.count <= NewAction.maximumNameLength })
        else {
            throw .invalid([.init(field: "keywords", text: "at most 100 keywords of at most 512 bytes")])
        }
        let verdict = FeedbackRecord(toolName: toolName, keywords: keywords, chosen: chosen, createdAt: now())
        do {
            _ = try await journal.append(.feedback(verdict))
        } catch {
            throw AgentsError(error)
        }
        return Outcome(
            changedCount: memory.rowCount(keywords: keywords, toolName: toolName),
            adjustment: chosen ? 0.2 : -0.1
        )
    }
}
