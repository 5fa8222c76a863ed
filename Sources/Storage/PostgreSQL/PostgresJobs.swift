internal import Bus

/// The jobs of the PostgreSQL store.
struct PostgresJobs: JobStore {
    let importer: PostgresImporter

    func save(_ job: JobRecord) async throws(StorageError) {
        _ = try await importer.run(
            PostgresCommand(JobStatements.save)
                .with(job.id).with(job.kind).with(job.owner).with(job.state.rawValue).with(job.arguments)
                .with(job.progress).with(job.report).with(job.message).with(job.createdAt).with(job.updatedAt)
        )
    }

    func save(_ checkpoint: JobCheckpoint) async throws(StorageError) {
        _ = try await importer.run(PostgresCommand(checkpoint))
    }

    func job(_ id: UUIDv7) async throws(StorageError) -> JobRecord? {
        try await jobs(PostgresCommand(JobStatements.find).with(id)).first
    }

    func jobs(limit: Int) async throws(StorageError) -> [JobRecord] {
        try await jobs(PostgresCommand(JobStatements.list).with(limit))
    }

    func unfinishedJobs(of owner: String) async throws(StorageError) -> [JobRecord] {
        try await jobs(PostgresCommand(JobStatements.unfinished).with(owner))
    }

    private func jobs(_ command: PostgresCommand) async throws(StorageError) -> [JobRecord] {
        let result = try await importer.run(command)
        return (0..<result.count).map { JobRecord(result, row: $0) }
    }
}

extension JobRecord {
    /// A row of `JobStatements`. A state that a later program wrote is one that this program leaves alone.
    fileprivate init(_ result: PostgresResult, row: Int) {
        self.init(
            id: result.uuid(row, 0),
            kind: result.text(row, 1),
            owner: result.text(row, 2),
            arguments: result.text(row, 4),
            at: result.timestamp(row, 9)
        )
        state = State(rawValue: result.text(row, 3)) ?? .failed
        progress = result.text(row, 5)
        checkpoint = result.optionalText(row, 6)
        report = result.optionalText(row, 7)
        message = result.optionalText(row, 8)
        updatedAt = result.timestamp(row, 10)
    }
}
