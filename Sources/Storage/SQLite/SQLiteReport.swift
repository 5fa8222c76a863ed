internal import Bus
internal import GRDB
internal import Glibc

/// What an embedded store holds, read beside a server that may write to it.
enum SQLiteReport {
    static func report(on path: String) throws(StorageError) -> StoreReport {
        let connection = try SQLiteReport.open(path)
        let report = try connection.snapshot { db in
            var report = StoreReport(
                place: path,
                schemaVersion: try SQLiteSchema.version(db),
                knownVersion: SQLiteSchema.version
            )
            report.bytes = try integer("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", db)
            guard report.schemaVersion > 0 else { return report }
            for table in ReportStatements.tables {
                let rows = try integer(ReportStatements.count(table), db)
                report.tables.append(StoreReport.Table(name: table, rows: Int(rows)))
            }
            report.rejected = Int(try integer(ReportStatements.rejected, db))
            report.marks = try marks(db)
            return report
        }
        try connection.close()
        return report
    }

    /// Opens the store for reading only; `notFound` if there is none.
    static func open(_ path: String, name: String = "the store") throws(StorageError) -> SQLiteConnection {
        guard unsafe access(path, F_OK) == 0 else { throw StorageError(.notFound, "\(name): there is no \(path)") }
        return try SQLiteConnection(path: path, name: name, access: .reading)
    }

    private static func integer(_ sql: String, _ db: Database) throws -> Int64 {
        let select = try SQLiteStatement(db, sql)
        defer { select.reset() }
        return try select.step() ? select.integer(0) : 0
    }

    private static func marks(_ db: Database) throws -> [StoreReport.Mark] {
        let select = try SQLiteStatement(db, ReportStatements.marks)
        defer { select.reset() }
        var marks: [StoreReport.Mark] = []
        while try select.step() {
            marks.append(
                StoreReport.Mark(
                    journalID: select.text(0),
                    position: JournalPosition(select.integer(1)),
                    updatedAt: Timestamp(milliseconds: select.integer(2))
                )
            )
        }
        return marks
    }
}
