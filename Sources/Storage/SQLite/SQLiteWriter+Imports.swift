internal import Bus
internal import GRDB

extension SQLiteWriter {
    func beginRun(
        ofJob id: UUIDv7,
        source: String,
        merge: ScoreMerge,
        at time: Timestamp
    ) throws(StorageError) {
        try connection.transaction { db in
            let begin = try SQLiteStatement(db, ImportStatements.begin)
            begin.bind(id.description, at: 1)
            begin.bind(source, at: 2)
            begin.bind(merge.rawValue, at: 3)
            begin.bind(time.milliseconds, at: 4)
            try begin.run()
        }
    }

    func write(_ chunk: ImportChunk) throws(StorageError) -> Int {
        try connection.transaction { db in
            let insert = try SQLiteStatement(db, SQLiteWriter.insertImported)
            var new: [ActionRecord] = []
            for action in chunk.actions {
                SQLiteRows.bind(action.record, to: insert)
                insert.bind(text: action.note.json, at: 13)
                try insert.run()
                if db.changesCount > 0 { new.append(action.record) }
            }
            try SQLiteWriter.keep(chunk.matches, run: chunk.run, db)
            try apply(BatchEffects(of: new), run: chunk.run, db)
            try SQLiteRows.set(chunk.checkpoint, db)
            return new.count
        }
    }

    /// Rows of a run that are calls which were recorded here.
    static func keep(_ matches: [ImportMatch], run: Int, _ db: Database) throws {
        let insert = try SQLiteStatement(db, insertMatch)
        for match in matches {
            insert.bind(match.importedID.description, at: 1)
            insert.bind(match.liveID.description, at: 2)
            insert.bind(Int64(run), at: 3)
            try insert.run()
        }
    }

    private func apply(_ effects: BatchEffects, run: Int, _ db: Database) throws {
        let noteProject = try SQLiteStatement(db, SQLiteWriter.noteProject)
        let insertProject = try SQLiteStatement(db, SQLiteWriter.insertProject)
        let noteSession = try SQLiteStatement(db, SQLiteWriter.noteSession)
        let insertSession = try SQLiteStatement(db, SQLiteWriter.insertSession)
        for (path, time) in effects.projects.sorted(by: { $0.key.string < $1.key.string }) {
            noteProject.bind(path.string, at: 1)
            try noteProject.run()
            insertProject.bind(ids.next(at: time).description, at: 1)
            insertProject.bind(path.string, at: 2)
            insertProject.bind(ProjectPath(path.string)?.name, at: 3)
            insertProject.bind(time.milliseconds, at: 4)
            try insertProject.run()
        }
        for (id, use) in effects.sessions.sorted(by: { $0.key.string < $1.key.string }) {
            noteSession.bind(Int64(run), at: 1)
            noteSession.bind(id.string, at: 2)
            insertSession.bind(id.string, at: 1)
            insertSession.bind(use.projectPath, at: 2)
            insertSession.bind(use.startedAt.milliseconds, at: 3)
            for (offset, count) in [use.tools, use.successes, use.errors].enumerated() {
                noteSession.bind(Int64(count), at: Int32(3 + offset))
                insertSession.bind(Int64(count), at: Int32(4 + offset))
            }
            try noteSession.run()
            try insertSession.run()
        }
    }

    func settleSessions(run: Int, before time: Timestamp) throws(StorageError) {
        try connection.transaction { db in
            let settle = try SQLiteStatement(db, ImportStatements.settleSessions)
            settle.bind(time.milliseconds, at: 1)
            settle.bind(Int64(run), at: 2)
            try settle.run()
        }
    }

    // MARK: - Removal

    func removeActions(_ ids: [UUIDv7]) throws(StorageError) -> Int {
        try connection.transaction { db in
            let delete = try SQLiteStatement(db, ActionStatements.delete)
            var count = 0
            for id in ids {
                delete.bind(id.description, at: 1)
                try delete.run()
                count += db.changesCount
            }
            return count
        }
    }

    func removeRun(_ run: Int) throws(StorageError) {
        try connection.transaction { db in
            for sql in ImportStatements.removal {
                let statement = try SQLiteStatement(db, sql)
                statement.bind(Int64(run), at: 1)
                try statement.run()
            }
            try SQLiteStatement(db, ImportStatements.removeProjects).run()
            try SQLiteStatement(db, ImportStatements.forgetProjects).run()
        }
    }

    // MARK: - Statements for one row each; PostgreSQL has them for many

    private static let insertImported = """
        INSERT INTO actions (id, subtask_id, session_id, project_path, tool_name, tool_type, input, output, \
        file_paths, exit_code, duration_ms, created_at, metadata)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (id) DO NOTHING
        """

    private static let insertMatch = """
        INSERT INTO import_matches (imported_id, live_id, run) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
        """

    private static let noteProject = """
        INSERT INTO import_projects (path) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM projects WHERE path = $1)
        ON CONFLICT (path) DO NOTHING
        """

    private static let insertProject = """
        INSERT INTO projects (id, path, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (path) DO NOTHING
        """

    private static let noteSession = """
        INSERT INTO import_sessions (run, session_id, made, tools, successes, errors)
        SELECT $1, $2, NOT EXISTS (SELECT 1 FROM sessions WHERE id = $2), $3, $4, $5 WHERE true
        \(ImportStatements.ledgerConflict)
        """

    private static let insertSession = """
        INSERT INTO sessions (id, project_id, started_at, total_tools_used, total_success, total_errors)
        VALUES ($1, (SELECT id FROM projects WHERE path = $2), $3, $4, $5, $6)
        \(ImportStatements.sessionConflict)
        """
}

extension SQLiteRows {
    /// The checkpoint of a job, in the transaction of what it did.
    static func set(_ checkpoint: JobCheckpoint, _ db: Database) throws {
        let set = try SQLiteStatement(db, JobStatements.setCheckpoint)
        set.bind(checkpoint.text, at: 1)
        set.bind(checkpoint.time.milliseconds, at: 2)
        set.bind(checkpoint.jobID.description, at: 3)
        try set.run()
    }
}
