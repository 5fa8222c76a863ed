internal import Bus

/// `BatchEffects` as statements. Rows are in the order of their keys, so that two transactions that touch the same rows
/// do it in the same order, and neighbours share a page.
struct PostgresEffects: Sendable {
    /// The longest path that gets a row in `projects`, in bytes as stored: an index takes no more than a third of a
    /// page. The actions of a longer one are stored all the same.
    static let longestPath = 2600

    private(set) var commands: [PostgresCommand] = []
    /// What the commands about scores find; the others have none.
    private(set) var answers: [(index: Int, answer: ScoreAnswer)] = []

    /// How the answer to a command says which rows of scores it changed.
    enum ScoreAnswer: Equatable, Sendable {
        /// It has to find all of these.
        case found([Int64])
        /// It says which of these has which row.
        case applied([ScoreKey])
        /// It lists the rows.
        case listed
    }

    /// Rows of scores that were changed.
    struct ChangedScores: Sendable {
        var ids: [Int64] = []
        /// Those whose ids were not known before.
        var found: [(key: ScoreKey, id: Int64)] = []
    }

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
                apply(changes, known)
                if hasImports { learnOwn(changes) }
            case .feedback(let feedback, let change):
                for keyword in feedback.keywords {
                    let about = PostgresEffects.feedback(change, keyword: keyword, toolName: feedback.toolName)
                    answers.append((commands.count, .listed))
                    commands.append(about(PostgresStatements.feedback))
                    if hasImports { commands.append(about(PostgresImportStatements.feedbackOnOwnScores)) }
                }
            }
        }
    }

    /// What the commands changed; nil if they haven't found all rows that they have to find.
    func changedScores(_ results: ArraySlice<PostgresResult>) -> ChangedScores? {
        guard results.count == commands.count else { return nil }
        var changed = ChangedScores()
        for (index, answer) in answers {
            let result = results[results.startIndex + index]
            switch answer {
            case .found(let ids):
                guard result.affectedRows == ids.count else { return nil }
                changed.ids += ids
            case .applied(let keys):
                for row in 0..<result.count {
                    // Ordinality counts from 1.
                    let (number, id) = (Int(result.integer(row, 0)) - 1, result.integer(row, 1))
                    guard keys.indices.contains(number) else { return nil }
                    changed.ids.append(id)
                    changed.found.append((keys[number], id))
                }
            case .listed: changed.ids += (0..<result.count).map { result.integer($0, 0) }
            }
        }
        return changed
    }

    /// Rows that are known are changed in the order of the table, where neighbours share a page.
    private mutating func apply(_ changes: [ScoreKey: ScoreChange], _ known: PostgresScores) {
        var present: [(id: Int64, change: ScoreChange)] = []
        var others: [(key: ScoreKey, value: ScoreChange)] = []
        for (key, change) in changes {
            if let id = known.id(of: key) { present.append((id, change)) } else { others.append((key, change)) }
        }
        if !present.isEmpty {
            present.sort { $0.id < $1.id }
            let ids = present.map(\.id)
            answers.append((commands.count, .found(ids)))
            let update = PostgresEffects.command(PostgresStatements.updateScores, present.map(\.change))
            commands.append(update.with(array: ids))
        }
        guard !others.isEmpty else { return }
        others.sort { $0.key.precedes($1.key) }
        answers.append((commands.count, .applied(others.map(\.key))))
        commands.append(PostgresEffects.apply(others))
    }

    /// Rows with an import are also learnt as they would be without it; whether they are there is for the database to see.
    private mutating func learnOwn(_ changes: [ScoreKey: ScoreChange]) {
        let sorted = changes.sorted { $0.key.precedes($1.key) }
        commands.append(PostgresEffects.apply(sorted, PostgresImportStatements.applyOwnScores))
    }

    /// First answers win, also within a batch.
    static func answers(_ actions: [ActionRecord], _ messages: [MessageRecord]) -> PostgresCommand? {
        let answers =
            actions.compactMap { action in action.idempotency.map { (record: $0, time: action.createdAt) } }
            + messages.compactMap { message in message.idempotency.map { (record: $0, time: message.createdAt) } }
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

    private static func apply(
        _ changes: [(key: ScoreKey, value: ScoreChange)],
        _ sql: String = PostgresStatements.applyScores
    ) -> PostgresCommand {
        command(sql, changes.map(\.value))
            .with(array: changes.map(\.key.keyword))
            .with(array: changes.map(\.key.toolName))
            .with(array: changes.map(\.key.toolType))
            .with(array: changes.map { $0.value.inserted?.score.micro })
            .with(array: changes.map { $0.value.inserted?.usageCount })
            .with(array: changes.map { $0.value.inserted?.successCount })
            .with(array: changes.map { $0.value.inserted?.lastUsed })
    }

    /// The parameters that both statements have: what becomes of a row that is there.
    private static func command(_ sql: String, _ changes: [ScoreChange]) -> PostgresCommand {
        PostgresCommand(sql)
            .with(array: changes.map(\.shift.delta))
            .with(array: changes.map(\.shift.lower.micro))
            .with(array: changes.map(\.shift.upper.micro))
            .with(array: changes.map(\.usage))
            .with(array: changes.map(\.successes))
            .with(array: changes.map(\.lastUsed))
    }

    /// Of the rows of a tool for one keyword, whatever its type; it makes none.
    private static func feedback(
        _ change: ScoreChange,
        keyword: String,
        toolName: String
    ) -> (_ sql: String) -> PostgresCommand {
        { sql in
            PostgresCommand(sql)
                .with(change.shift.delta).with(change.shift.lower.micro).with(change.shift.upper.micro)
                .with(change.lastUsed).with(keyword).with(toolName)
        }
    }
}
