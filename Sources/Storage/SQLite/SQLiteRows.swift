internal import Bus
internal import GRDB

/// The statements of one batch, prepared once for all its rows.
struct SQLiteRows {
    private let insertAction: SQLiteStatement
    private let keepAnswer: SQLiteStatement
    private let project: SQLiteStatement
    private let session: SQLiteStatement
    private let score: SQLiteStatement
    private let feedback: SQLiteStatement
    private let db: Database
    private var json: [UInt8] = []

    init(_ db: Database) throws {
        self.db = db
        insertAction = try SQLiteStatement(db, ActionStatements.insert)
        keepAnswer = try SQLiteStatement(db, BookkeepingStatements.keepAnswer)
        project = try SQLiteStatement(db, WorkStatements.upsertProject)
        session = try SQLiteStatement(db, WorkStatements.upsertSession)
        score = try SQLiteStatement(db, ScoreStatements.upsert)
        feedback = try SQLiteStatement(db, ScoreStatements.feedback)
    }

    mutating func insert(_ action: ActionRecord) throws {
        insertAction.bind(action.id.description, at: 1)
        insertAction.bind(action.subtaskID, at: 2)
        insertAction.bind(action.sessionID, at: 3)
        insertAction.bind(action.projectPath.flatMap(ProjectPath.init)?.string, at: 4)
        insertAction.bind(action.toolName, at: 5)
        insertAction.bind(action.toolType, at: 6)
        insertAction.bind(action.input, at: 7)
        insertAction.bind(action.output, at: 8)
        insertAction.bind(text: jsonArray(action.filePaths), at: 9)
        insertAction.bind(action.exitCode, at: 10)
        insertAction.bind(action.durationMilliseconds, at: 11)
        insertAction.bind(action.createdAt.milliseconds, at: 12)
        try insertAction.run()
        guard let idempotency = action.idempotency else { return }
        keepAnswer.bind(idempotency.key, at: 1)
        keepAnswer.bind(idempotency.fingerprint, at: 2)
        keepAnswer.bind(idempotency.response, at: 3)
        keepAnswer.bind(action.createdAt.milliseconds, at: 4)
        try keepAnswer.run()
    }

    /// Returns the id of the project, which is `id` if it is new.
    func upsertProject(_ path: String, id: UUIDv7, at time: Timestamp) throws -> String {
        project.bind(id.description, at: 1)
        project.bind(path, at: 2)
        project.bind(ProjectPath(path)?.name, at: 3)
        project.bind(time.milliseconds, at: 4)
        defer { project.reset() }
        guard try project.step() else { throw StorageError(.database, "the store returned no project id") }
        return project.text(0)
    }

    func upsertSession(_ id: String, _ use: BatchEffects.SessionUse, projectID: String?) throws {
        session.bind(id, at: 1)
        session.bind(projectID, at: 2)
        session.bind(use.startedAt.milliseconds, at: 3)
        session.bind(Int64(use.tools), at: 4)
        session.bind(Int64(use.successes), at: 5)
        session.bind(Int64(use.errors), at: 6)
        try session.run()
    }

    mutating func apply(_ change: ScoreChange, to key: ScoreKey) throws {
        guard let row = change.inserted else { return }
        score.bind(text: jsonArray([key.keyword]), at: 1)
        score.bind(key.toolName, at: 2)
        score.bind(key.toolType, at: 3)
        score.bind(row.score.value, at: 4)
        score.bind(Int64(row.usageCount), at: 5)
        score.bind(Int64(row.successCount), at: 6)
        score.bind(row.lastUsed.milliseconds, at: 7)
        score.bind(change.shift, at: 8)
        score.bind(Int64(change.usage), at: 11)
        score.bind(Int64(change.successes), at: 12)
        score.bind(change.lastUsed.milliseconds, at: 13)
        try score.run()
    }

    func apply(_ change: ScoreChange, toKeyword keyword: String, toolName: String) throws {
        feedback.bind(change.shift, at: 1)
        feedback.bind(change.lastUsed.milliseconds, at: 4)
        feedback.bind(keyword, at: 5)
        feedback.bind(toolName, at: 6)
        try feedback.run()
    }

    func reject(_ record: RejectedRecord, ofJournal id: String, at time: Timestamp) throws {
        let reject = try SQLiteStatement(db, BookkeepingStatements.reject)
        reject.bind(id, at: 1)
        reject.bind(record.position.value, at: 2)
        reject.bind(record.reason, at: 3)
        reject.bind(record.body, at: 4)
        reject.bind(time.milliseconds, at: 5)
        try reject.run()
    }

    func pruneAnswers(before time: Timestamp) throws {
        let prune = try SQLiteStatement(db, BookkeepingStatements.pruneAnswers)
        prune.bind(time.milliseconds, at: 1)
        try prune.run()
    }

    func setMark(_ mark: JournalPosition, ofJournal id: String, at time: Timestamp) throws {
        let setMark = try SQLiteStatement(db, BookkeepingStatements.setMark)
        setMark.bind(id, at: 1)
        setMark.bind(mark.value, at: 2)
        setMark.bind(time.milliseconds, at: 3)
        try setMark.run()
    }

    /// The bytes of a JSON array; the buffer is used again for the next one.
    private mutating func jsonArray(_ strings: [String]) -> [UInt8] {
        json.removeAll(keepingCapacity: true)
        json.append(UInt8(ascii: "["))
        for (index, string) in strings.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.appendJSONString(string)
        }
        json.append(UInt8(ascii: "]"))
        return json
    }
}

extension SQLiteStatement {
    /// Three parameters: delta, lower and upper bound in millionths.
    fileprivate func bind(_ shift: ClampedShift, at index: Int32) {
        bind(Int64(shift.delta), at: index)
        bind(Int64(shift.lower.micro), at: index + 1)
        bind(Int64(shift.upper.micro), at: index + 2)
    }
}
