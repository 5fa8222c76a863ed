internal import Bus
internal import GRDB

/// The rows of `routing_scores` as the writer knows them, so that a change is one update by row id.
///
/// Finding a row by its three texts and computing its new score in SQL costs more than everything else about an
/// action. The rows kept here stay true because the data folder has one writer: whoever changes `routing_scores` by
/// other statements calls `forget`, and so does a transaction that was rolled back.
struct SQLiteScores {
    private struct Known {
        var id: Int64
        var row: ScoreRow
    }

    /// Rows kept; when it is reached all are forgotten and looked up again as they are needed.
    static let limit = 65_536

    private var known: [ScoreKey: Known] = [:]

    mutating func forget() {
        known.removeAll(keepingCapacity: true)
    }

    /// Applies each change to its row, or makes the row.
    mutating func apply(_ changes: [ScoreKey: ScoreChange], _ db: Database) throws {
        if known.count + changes.count > SQLiteScores.limit { forget() }
        let find = try SQLiteStatement(db, ScoreStatements.find)
        var new: [(key: ScoreKey, row: ScoreRow)] = []
        var updates: [Known] = []
        updates.reserveCapacity(changes.count)
        for (key, change) in changes {
            guard var entry = try known[key] ?? SQLiteScores.find(key, find) else {
                if let row = change.inserted { new.append((key, row)) }
                continue
            }
            entry.row = change.applied(to: entry.row) ?? entry.row
            known[key] = entry
            updates.append(entry)
        }
        try SQLiteScores.update(updates, db)
        try insert(new, db)
    }

    /// A change of the rows of a tool for one keyword, whatever its type; it makes none.
    mutating func apply(_ change: ScoreChange, toKeyword keyword: String, toolName: String, _ db: Database) throws {
        forget()
        let update = try SQLiteStatement(db, ScoreStatements.feedback)
        update.bind(Int64(change.shift.delta), at: 1)
        update.bind(Int64(change.shift.lower.micro), at: 2)
        update.bind(Int64(change.shift.upper.micro), at: 3)
        update.bind(change.lastUsed.milliseconds, at: 4)
        update.bind(keyword, at: 5)
        update.bind(toolName, at: 6)
        try update.run()
    }

    private static func find(_ key: ScoreKey, _ find: SQLiteStatement) throws -> Known? {
        defer { find.reset() }
        find.bind(key.keyword, at: 1)
        find.bind(key.toolName, at: 2)
        find.bind(key.toolType, at: 3)
        guard try find.step() else { return nil }
        let row = ScoreRow(
            score: Score(find.real(1)),
            usageCount: Int(find.integer(2)),
            successCount: Int(find.integer(3)),
            lastUsed: Timestamp(milliseconds: find.integer(4))
        )
        return Known(id: find.integer(0), row: row)
    }

    /// In the order of the table: neighbours share a page.
    private static func update(_ rows: [Known], _ db: Database) throws {
        let update = try SQLiteStatement(db, ScoreStatements.update)
        for entry in rows.sorted(by: { $0.id < $1.id }) {
            update.bind(entry.row, at: 1)
            update.bind(entry.id, at: 5)
            try update.run()
        }
    }

    /// In the order of the index.
    private mutating func insert(_ rows: [(key: ScoreKey, row: ScoreRow)], _ db: Database) throws {
        let insert = try SQLiteStatement(db, ScoreStatements.insert)
        for (key, row) in rows.sorted(by: { $0.key.keyword < $1.key.keyword }) {
            insert.bind(key.keyword, at: 1)
            insert.bind(key.toolName, at: 2)
            insert.bind(key.toolType, at: 3)
            insert.bind(row, at: 4)
            guard try insert.step() else { throw StorageError(.database, "the store returned no score id") }
            known[key] = Known(id: insert.integer(0), row: row)
            insert.reset()
        }
    }
}

extension SQLiteStatement {
    /// Four parameters: weight, usage, successes, last used.
    func bind(_ row: ScoreRow, at index: Int32) {
        bind(row.score.value, at: index)
        bind(Int64(row.usageCount), at: index + 1)
        bind(Int64(row.successCount), at: index + 2)
        bind(row.lastUsed.milliseconds, at: index + 3)
    }
}
