internal import Bus

/// The connection of jobs and imports to PostgreSQL: beside those of the writer and of reads, so that neither waits
/// for them.
struct PostgresImporter: Sendable {
    private let writer: PostgresWriter
    private let pool: PostgresPool

    init(_ options: PostgresOptions, writer: PostgresWriter, on loop: EventLoop) {
        self.writer = writer
        pool = PostgresPool(
            options,
            name: "jobs",
            limits: .batches,
            size: 4,
            waitMilliseconds: max(15_000, options.connectMilliseconds + 5000),
            refusesWhenAway: true,
            on: loop
        )
    }

    var figures: PoolFigures { pool.figures }

    /// Runs `body` with a connection. The first use finds out whether the tables are there.
    func withConnection<Value>(
        _ body: (PostgresConnection) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        try await writer.prepare()
        return try await pool.withConnection(body)
    }

    func run(_ command: PostgresCommand) async throws(StorageError) -> PostgresResult {
        try await withConnection { connection throws(StorageError) in try await connection.run(command) }
    }

    /// Runs statements as one transaction; returns their results.
    func transaction(_ commands: [PostgresCommand]) async throws(StorageError) -> [PostgresResult] {
        try await withConnection { connection throws(StorageError) in try await connection.run(commands) }
    }

    /// Rows of scores were made or deleted: what the writer knows of them is not true any more.
    func forgetScores() async { await writer.forgetScores() }

    func close() async { await pool.close() }
}

extension PostgresCommand {
    static let begin = PostgresCommand("BEGIN", isPrepared: false)
    static let commit = PostgresCommand("COMMIT", isPrepared: false)

    /// `JobStatements.setCheckpoint`
    init(_ checkpoint: JobCheckpoint) {
        self = PostgresCommand(JobStatements.setCheckpoint)
            .with(checkpoint.text).with(checkpoint.time).with(checkpoint.jobID)
    }
}
