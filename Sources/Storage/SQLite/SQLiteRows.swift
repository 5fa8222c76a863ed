internal import Bus
internal import GRDB

/// The statements of one batch, prepared once for all its rows.
struct SQLiteRows {
    private let insertAction: SQLiteStatement
    private let keepAnswer: SQLiteStatement
    private let project: SQLiteStatement
    private let session: SQLiteStatement
    private let db: Database

    init(_ db: Database) throws {
        self.db = db
        insertAction = try SQLiteStatement(db, ActionStatements.insert)
        keepAnswer = try SQLiteStatement(db, BookkeepingStatements.keepAnswer)
        project = try SQLiteStatement(db, WorkStatements.upsertProject)
        session = try SQLiteStatement(db, WorkStatements.upsertSession)
    }

    func insert(_ action: ActionRecord) throws {
        SQLiteRows.bind(action, to: insertAction)
        try insertAction.run()
        if let idempotency = action.idempotency { try keep(idempotency, at: action.createdAt) }
    }

    func keep(_ idempotency: IdempotencyRecord, at time: Timestamp) throws {
        keepAnswer.bind(idempotency.key, at: 1)
        keepAnswer.bind(idempotency.fingerprint, at: 2)
        keepAnswer.bind(idempotency.response, at: 3)
        keepAnswer.bind(time.milliseconds, at: 4)
        try keepAnswer.run()
    }

    /// The twelve columns of an action.
    static func bind(_ action: ActionRecord, to statement: SQLiteStatement) {
        statement.bind(action.id.description, at: 1)
        statement.bind(action.subtaskID, at: 2)
        statement.bind(action.sessionID, at: 3)
        statement.bind(action.projectPath.flatMap(ProjectPath.init)?.string, at: 4)
        statement.bind(action.toolName, at: 5)
        statement.bind(action.toolType, at: 6)
        statement.bind(action.input, at: 7)
        statement.bind(action.output, at: 8)
        statement.bind(text: jsonArray(action.filePaths), at: 9)
        statement.bind(action.exitCode, at: 10)
        statement.bind(action.durationMilliseconds, at: 11)
        statement.bind(action.createdAt.milliseconds, at: 12)
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

    /// What the store holds of a journal.
    static func mark(ofJournal id: String, _ db: Database) throws -> JournalPosition {
        let select = try SQLiteStatement(db, BookkeepingStatements.mark)
        defer { select.reset() }
        select.bind(id, at: 1)
        return try select.step() ? JournalPosition(select.integer(0)) : .start
    }

    func setMark(_ mark: JournalPosition, ofJournal id: String, at time: Timestamp) throws {
        let setMark = try SQLiteStatement(db, BookkeepingStatements.setMark)
        setMark.bind(id, at: 1)
        setMark.bind(mark.value, at: 2)
        setMark.bind(time.milliseconds, at: 3)
        try setMark.run()
    }
}

/// The bytes of a JSON array.
func jsonArray(_ strings: [String]) -> [UInt8] {
    var json: [UInt8] = []
    json.append(UInt8(ascii: "["))
    for (index, string) in strings.enumerated() {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        json.appendJSONString(string)
    }
    json.append(UInt8(ascii: "]"))
    return json
}
