internal import Bus
internal import GRDB

/// The writing side of the SQLite store, on the store's thread.
actor SQLiteWriter: RecordSink {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    nonisolated var mostRecords: Int { 5000 }

    let connection: SQLiteConnection
    private let learning: ScoreLearning
    let ids = UUIDGenerator()
    var scores = SQLiteScores()
    private var nextPruning = Timestamp(milliseconds: 0)

    /// How long answers to repeatable requests are kept, and how often old ones are looked for; milliseconds.
    private static let answerLifetime: Int64 = 24 * 3_600_000
    private static let pruningInterval: Int64 = 600_000

    init(loop: EventLoop, connection: SQLiteConnection, learning: ScoreLearning) {
        self.loop = loop
        self.connection = connection
        self.learning = learning
    }

    // MARK: - Records

    func mark(ofJournal id: String) throws(StorageError) -> JournalPosition {
        try connection.access { try SQLiteRows.mark(ofJournal: id, $0) }
    }

    /// One transaction writes at a time, so there is nothing to do ahead.
    func stage(_ next: RecordBatch) {}

    func write(_ batch: RecordBatch, at time: Timestamp) throws(StorageError) {
        do throws(StorageError) {
            try store(batch, at: time)
        } catch {
            // What the transaction did is undone, what is known of it is not true.
            scores.forget()
            throw error
        }
    }

    private func store(_ batch: RecordBatch, at time: Timestamp) throws(StorageError) {
        try connection.transaction { db in
            let mark = try SQLiteRows.mark(ofJournal: batch.journalID, db)
            guard batch.through > mark else { return }
            let batch = batch.behind(mark)
            let rows = try SQLiteRows(db)
            for entry in batch.entries {
                guard case .action(let action) = entry.record else { continue }
                try rows.insert(action)
            }
            try apply(BatchEffects(of: batch.entries, learning: learning), rows, db)
            try apply(InboxEffects(of: batch.entries), rows, db)
            for record in batch.rejected { try rows.reject(record, ofJournal: batch.journalID, at: time) }
            if time >= nextPruning {
                try rows.pruneAnswers(before: Timestamp(milliseconds: time.milliseconds - Self.answerLifetime))
            }
            try rows.setMark(batch.through, ofJournal: batch.journalID, at: time)
        }
        if time >= nextPruning { nextPruning = Timestamp(milliseconds: time.milliseconds + Self.pruningInterval) }
    }

    /// Rows in the order of their keys: neighbours in an index share its pages.
    private func apply(_ effects: BatchEffects, _ rows: SQLiteRows, _ db: Database) throws {
        var projectIDs: [ExactText: String] = [:]
        for (path, time) in effects.projects.sorted(by: { $0.key.string < $1.key.string }) {
            projectIDs[path] = try rows.upsertProject(path.string, id: ids.next(at: time), at: time)
        }
        for (id, use) in effects.sessions.sorted(by: { $0.key.string < $1.key.string }) {
            let projectID = use.projectPath.flatMap { projectIDs[ExactText($0)] }
            try rows.upsertSession(id.string, use, projectID: projectID)
        }
        for step in effects.scores {
            switch step {
            case .uses(let changes):
                try scores.apply(changes, db)
                try SQLiteOwnScores.apply(changes, db)
            case .feedback(let feedback, let change):
                for keyword in feedback.keywords {
                    try scores.apply(change, toKeyword: keyword, toolName: feedback.toolName, db)
                    try SQLiteOwnScores.apply(change, toKeyword: keyword, toolName: feedback.toolName, db)
                }
            }
        }
    }

    /// Most batches have none of these records, and prepare no statement for them.
    private func apply(_ effects: InboxEffects, _ rows: SQLiteRows, _ db: Database) throws {
        guard !effects.isEmpty else { return }
        try SQLiteMessageRows(db).apply(effects)
        for message in effects.messages {
            if let idempotency = message.idempotency { try rows.keep(idempotency, at: message.createdAt) }
        }
    }

    // MARK: - Changes

    func change<Row>(_ change: StoreChange<Row>) throws(StorageError) -> [Row] {
        try connection.transaction { db in
            for command in change.first { try SQLiteRelations.run(command, db) }
            return try SQLiteRelations.run(change.query, db)
        }
    }

    func deleteAction(_ id: UUIDv7) throws(StorageError) -> Bool {
        try delete(ActionStatements.delete, id.description) > 0
    }

    func deleteActions(ofSession sessionID: String) throws(StorageError) -> Int {
        try delete(ActionStatements.deleteOfSession, sessionID)
    }

    private func delete(_ sql: String, _ value: String) throws(StorageError) -> Int {
        try connection.transaction { db in
            let statement = try SQLiteStatement(db, sql)
            statement.bind(value, at: 1)
            try statement.run()
            return db.changesCount
        }
    }

    // MARK: - End

    func close() throws(StorageError) {
        try connection.access { _ = try $0.checkpoint(.truncate) }
        try connection.close()
    }
}
