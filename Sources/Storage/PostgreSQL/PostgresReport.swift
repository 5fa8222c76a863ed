internal import Bus

/// What a PostgreSQL store holds.
enum PostgresReport {
    static func report(on options: PostgresOptions, _ loop: EventLoop) async throws(StorageError) -> StoreReport {
        try await PostgresDatabase.with(options, on: loop) { connection throws(StorageError) in
            // One snapshot, which ends with the connection.
            let begun = try await connection.run(
                [
                    PostgresStatements.beginSnapshot, PostgresStatements.databaseSize, PostgresStatements.schemaExists,
                ].map(once)
            )
            var report = StoreReport(
                place: options.description,
                schemaVersion: 0,
                knownVersion: PostgresSchema.version,
                bytes: begun[1].integer(0, 0)
            )
            guard begun[2].bool(0, 0) else { return report }
            let version = try await connection.run(once(PostgresStatements.schemaVersion))
            report.schemaVersion = Int(version.integer(0, 0))
            let counts = try await connection.run(ReportStatements.tables.map { once(ReportStatements.count($0)) })
            report.tables = zip(ReportStatements.tables, counts).map { name, count in
                StoreReport.Table(name: name, rows: Int(count.integer(0, 0)))
            }
            report.rejected = Int(try await connection.run(once(ReportStatements.rejected)).integer(0, 0))
            let marks = try await connection.run(once(ReportStatements.marks))
            report.marks = (0..<marks.count).map { row in
                StoreReport.Mark(
                    journalID: marks.text(row, 0),
                    position: JournalPosition(marks.integer(row, 1)),
                    updatedAt: marks.timestamp(row, 2)
                )
            }
            return report
        }
    }

    private static func once(_ sql: String) -> PostgresCommand { PostgresCommand(sql, isPrepared: false) }
}
