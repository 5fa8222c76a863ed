internal import Bus

/// `BatchEffects` as statements. Rows are in the order of their keys, so that two transactions that touch the same rows
/// do it in the same order, and neighbours share a page.
struct PostgresEffects: Sendable {
    /// The longest path that gets a row in `projects`, in bytes as stored: an index takes no more than a third of a
    /// page. The actions of a longer one are stored all the same.
    static let longestPath = 2600

    private(set) var commands: [PostgresCommand] = []
    /// How many rows the commands with these indexes have to find.
    private(set) var expected: [(index: Int, rows: Int)] = []
    /// Rows of scores that are there when the commands have been run.
    private(set) var scores: [ScoreKey] = []

    /// - Parameters:
    ///   - known: Scores that are there already, as far as that is known.
    ///   - hasImports: Some scores have an import: learning goes on in `own_scores` as well.
    ///   - ids: Makes the ids of new projects.
    init(_ effects: BatchEffects, known: PostgresScores, hasImports: Bool = false, ids: UUIDGenerator) {
        let projects = effects.projects.filter { PostgresEffects.isIndexable($0.key.string) }
            .sorted { $0.key.precedes($1.key) }
        if !projects.isEmpty { commands.append(PostgresEffects.upsert(projects, ids: ids)) }
        let sessions = effects.sessions.sorted { $0.key.precedes($1.key) }
        if !sessions.isEmpty { commands.append(PostgresEffects.upsert(sessions)) }
        for step in effects.scores {
            switch step {
            case .uses(let changes):
                let sorted = changes.sorted { $0.key.precedes($1.key) }
                apply(sorted, known)
                if hasImports {
                    commands.append(PostgresEffects.apply(sorted, PostgresImportStatements.applyOwnScores))
                }
            case .feedback(let feedback, let change):
                let statements =
                    [ScoreStatements.feedback] + (hasImports ? [PostgresImportStatements.feedbackOnOwnScores] : [])
                for keyword in feedback.keywords {
                    commands += statements.map {
                        PostgresEffects.apply(change, toKeyword: keyword, toolName: feedback.toolName, $0)
                    }
                }
            }
        }
    }

    /// True if the commands have found all rows that they have to find.
    func areComplete(_ results: ArraySlice<PostgresResult>) -> Bool {
        results.count == commands.count
            && expected.allSatisfy { results[results.startIndex + $0.index].affectedRows == $0.rows }
    }

    private mutating func apply(_ changes: [(key: ScoreKey, value: ScoreChange)], _ known: PostgresScores) {
        let present = changes.filter { known.contains($0.key) }
        if !present.isEmpty {
            expected.append((commands.count, present.count))
            commands.append(PostgresEffects.update(present))
        }
        guard present.count < changes.count else { return }
        let others = changes.filter { !known.contains($0.key) }
        commands.append(PostgresEffects.apply(others))
        scores += others.filter(\.value.insertsMissing).map(\.key)
    }

    /// First answers win, also within a batch.
    static func answers(_ actions: [ActionRecord]) -> PostgresCommand? {
        let answers = actions.compactMap { action in action.idempotency.map { (record: $0, time: action.createdAt) } }
        guard !answers.isEmpty else { return nil }
        // A stable sort: equal keys stay in the order of the journal.
        let sorted = answers.sorted { ExactText($0.record.key).precedes(ExactText($1.record.key)) }
        return PostgresCommand(PostgresStatements.keepAnswers)
            .with(array: sorted.map(\.record.key))
            .with(array: sorted.map { PostgresBytes(bytes: $0.record.fingerprint) })
            .with(array: sorted.map { PostgresBytes(bytes: $0.record.response) })
            .with(array: sorted.map(\.time))
    }

    static func isIndexable(_ path: String) -> Bool {
        var stored: [UInt8] = []
        path.encode(into: &stored)
        return stored.count <= longestPath
    }

    private static func upsert(
        _ projects: [(key: ExactText, value: Timestamp)],
        ids: UUIDGenerator
    ) -> PostgresCommand {
        PostgresCommand(PostgresStatements.upsertProjects)
            .with(array: projects.map { ids.next(at: $0.value) })
            .with(array: projects.map(\.key.string))
            .with(array: projects.map { ProjectPath($0.key.string)?.name })
            .with(array: projects.map(\.value))
    }

    private static func upsert(_ sessions: [(key: ExactText, value: BatchEffects.SessionUse)]) -> PostgresCommand {
        PostgresCommand(PostgresStatements.upsertSessions)
            .with(array: sessions.map(\.key.string))
            .with(array: sessions.map(\.value.projectPath))
            .with(array: sessions.map(\.value.startedAt))
            .with(array: sessions.map(\.value.tools))
            .with(array: sessions.map(\.value.successes))
            .with(array: sessions.map(\.value.errors))
    }

    private static func update(_ changes: [(key: ScoreKey, value: ScoreChange)]) -> PostgresCommand {
        command(PostgresStatements.updateScores, changes)
    }

    private static func apply(
        _ changes: [(key: ScoreKey, value: ScoreChange)],
        _ sql: String = PostgresStatements.applyScores
    ) -> PostgresCommand {
        command(sql, changes)
            .with(array: changes.map { $0.value.inserted?.score.micro })
            .with(array: changes.map { $0.value.inserted?.usageCount })
            .with(array: changes.map { $0.value.inserted?.successCount })
            .with(array: changes.map { $0.value.inserted?.lastUsed })
    }

    /// The parameters that both statements have: what becomes of a row that is there.
    private static func command(
        _ sql: String,
        _ changes: [(key: ScoreKey, value: ScoreChange)]
    ) -> PostgresCommand {
        PostgresCommand(sql)
            .with(array: changes.map(\.key.keyword))
            .with(array: changes.map(\.key.toolName))
            .with(array: changes.map(\.key.toolType))
            .with(array: changes.map(\.value.shift.delta))
            .with(array: changes.map(\.value.shift.lower.micro))
            .with(array: changes.map(\.value.shift.upper.micro))
            .with(array: changes.map(\.value.usage))
            .with(array: changes.map(\.value.successes))
            .with(array: changes.map(\.value.lastUsed))
    }

    /// Of the rows of a tool for one keyword, whatever its type; it makes none.
    private static func apply(
        _ change: ScoreChange,
        toKeyword keyword: String,
        toolName: String,
        _ sql: String
    ) -> PostgresCommand {
        PostgresCommand(sql)
            .with(change.shift.delta).with(change.shift.lower.micro).with(change.shift.upper.micro)
            .with(change.lastUsed).with(keyword).with(toolName)
    }
}

extension ExactText {
    /// In the order of bytes, which is that of the indexes; Swift's own order takes some texts for equal that aren't.
    func precedes(_ other: ExactText) -> Bool {
        // The order of ASCII texts is that of their bytes, and the standard library compares them in one go.
        if string.utf8Span.isKnownASCII, other.string.utf8Span.isKnownASCII { return string < other.string }
        return string.utf8.lexicographicallyPrecedes(other.string.utf8)
    }
}

extension ScoreKey {
    /// In the order of bytes of keyword, tool name and tool type.
    fileprivate func precedes(_ other: ScoreKey) -> Bool {
        if exactKeyword != other.exactKeyword { return exactKeyword.precedes(other.exactKeyword) }
        if exactToolName != other.exactToolName { return exactToolName.precedes(other.exactToolName) }
        return exactToolType.precedes(other.exactToolType)
    }
}
