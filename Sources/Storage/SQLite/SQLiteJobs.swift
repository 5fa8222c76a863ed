internal import Bus

/// The jobs of the embedded store: written on the store's thread, read on that of reads.
struct SQLiteJobs: JobStore {
    let writer: SQLiteWriter
    let reader: SQLiteReader

    func save(_ job: JobRecord) async throws(StorageError) { try await writer.save(job) }
    func save(_ checkpoint: JobCheckpoint) async throws(StorageError) { try await writer.save(checkpoint) }

    func job(_ id: UUIDv7) async throws(StorageError) -> JobRecord? {
        try await reader.jobs(JobStatements.find) { $0.bind(id.description, at: 1) }.first
    }

    func jobs(limit: Int) async throws(StorageError) -> [JobRecord] {
        try await reader.jobs(JobStatements.list) { $0.bind(Int64(limit), at: 1) }
    }

    func unfinishedJobs(of owner: String) async throws(StorageError) -> [JobRecord] {
        try await reader.jobs(JobStatements.unfinished) { $0.bind(owner, at: 1) }
    }
}

extension SQLiteWriter {
    fileprivate func save(_ job: JobRecord) throws(StorageError) {
        try connection.transaction { db in
            let save = try SQLiteStatement(db, JobStatements.save)
            save.bind(job.id.description, at: 1)
            save.bind(job.kind, at: 2)
            save.bind(job.owner, at: 3)
            save.bind(job.state.rawValue, at: 4)
            save.bind(job.arguments, at: 5)
            save.bind(job.progress, at: 6)
            save.bind(job.report, at: 7)
            save.bind(job.message, at: 8)
            save.bind(job.createdAt.milliseconds, at: 9)
            save.bind(job.updatedAt.milliseconds, at: 10)
            try save.run()
        }
    }

    fileprivate func save(_ checkpoint: JobCheckpoint) throws(StorageError) {
        try connection.transaction { try SQLiteRows.set(checkpoint, $0) }
    }
}

extension SQLiteReader {
    fileprivate func jobs(
        _ sql: String,
        _ bind: @Sendable (SQLiteStatement) -> Void
    ) throws(StorageError) -> [JobRecord] {
        try connection.access { db in
            let select = try SQLiteStatement(db, sql)
            defer { select.reset() }
            bind(select)
            var jobs: [JobRecord] = []
            while try select.step() { jobs.append(try JobRecord(row: select)) }
            return jobs
        }
    }
}

extension JobRecord {
    /// A row of `JobStatements`.
    fileprivate init(row: SQLiteStatement) throws {
        guard let id = UUIDv7(row.text(0)), let state = State(rawValue: row.text(3)) else {
            throw StorageError(.corrupt, "a job has the id \(row.text(0)) and the state \(row.text(3))")
        }
        self.init(
            id: id,
            kind: row.text(1),
            owner: row.text(2),
            arguments: row.text(4),
            at: Timestamp(milliseconds: row.integer(9))
        )
        self.state = state
        progress = row.text(5)
        checkpoint = row.optionalText(6)
        report = row.optionalText(7)
        message = row.optionalText(8)
        updatedAt = Timestamp(milliseconds: row.integer(10))
    }
}
