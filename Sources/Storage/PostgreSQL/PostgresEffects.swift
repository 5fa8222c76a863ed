internal import Bus

/// `BatchEffects` as statements. Rows are in the order of their keys, so that two transactions that touch the same rows
/// do it in the same order.
enum PostgresEffects {
    /// The longest path that gets a row in `projects`, in bytes as stored: an index takes no more than a third of a
    /// page. The actions of a longer one are stored all the same.
    static let longestPath = 2600

    /// - Parameter ids: Makes the ids of new projects.
    static func commands(_ effects: BatchEffects, ids: UUIDGenerator) -> [PostgresCommand] {
        var commands: [PostgresCommand] = []
        let projects = effects.projects.filter { isIndexable($0.key.string) }.sorted { $0.key.precedes($1.key) }
        if !projects.isEmpty { commands.append(upsert(projects, ids: ids)) }
        let sessions = effects.sessions.sorted { $0.key.precedes($1.key) }
        if !sessions.isEmpty { commands.append(upsert(sessions)) }
        for step in effects.scores {
            switch step {
            case .uses(let changes): commands.append(apply(changes.sorted { $0.key.precedes($1.key) }))
            case .feedback(let feedback, let change):
                commands += feedback.keywords.map { apply(change, toKeyword: $0, toolName: feedback.toolName) }
            }
        }
        return commands
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

    private static func isIndexable(_ path: String) -> Bool {
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

    private static func apply(_ changes: [(key: ScoreKey, value: ScoreChange)]) -> PostgresCommand {
        PostgresCommand(PostgresStatements.applyScores)
            .with(array: changes.map(\.key.keyword))
            .with(array: changes.map(\.key.toolName))
            .with(array: changes.map(\.key.toolType))
            .with(array: changes.map(\.value.shift.delta))
            .with(array: changes.map(\.value.shift.lower.micro))
            .with(array: changes.map(\.value.shift.upper.micro))
            .with(array: changes.map(\.value.usage))
            .with(array: changes.map(\.value.successes))
            .with(array: changes.map(\.value.lastUsed))
            .with(array: changes.map { $0.value.inserted?.score.micro })
            .with(array: changes.map { $0.value.inserted?.usageCount })
            .with(array: changes.map { $0.value.inserted?.successCount })
            .with(array: changes.map { $0.value.inserted?.lastUsed })
    }

    /// Of the rows of a tool for one keyword, whatever its type; it makes none.
    private static func apply(_ change: ScoreChange, toKeyword keyword: String, toolName: String) -> PostgresCommand {
        PostgresCommand(ScoreStatements.feedback)
            .with(change.shift.delta).with(change.shift.lower.micro).with(change.shift.upper.micro)
            .with(change.lastUsed).with(keyword).with(toolName)
    }
}

extension ExactText {
    /// In the order of bytes, which is that of the indexes; Swift's own order takes some texts for equal that aren't.
    func precedes(_ other: ExactText) -> Bool {
        string.utf8.lexicographicallyPrecedes(other.string.utf8)
    }
}

extension ScoreKey {
    /// In the order of bytes of keyword, tool name and tool type.
    fileprivate func precedes(_ other: ScoreKey) -> Bool {
        for (mine, theirs) in [
            (keyword, other.keyword), (toolName, other.toolName), (toolType, other.toolType),
        ] {
            if ExactText(mine) != ExactText(theirs) { return ExactText(mine).precedes(ExactText(theirs)) }
        }
        return false
    }
}
