internal import Bus
internal import GRDB

/// Learning in `own_scores`: what a row with an import would be without it. Costs one question where there is no import.
enum SQLiteOwnScores {
    static func apply(_ changes: [ScoreKey: ScoreChange], _ db: Database) throws {
        guard try isUsed(db) else { return }
        let find = try SQLiteStatement(
            db,
            """
            SELECT weight, usage_count, success_count, last_used FROM own_scores
            WHERE keyword = $1 AND tool_name = $2 AND tool_type = $3
            """
        )
        for (key, change) in changes {
            find.bind(key, at: 1)
            let found = try find.step() ? ScoreRow(find, at: 0) : nil
            find.reset()
            if let found { try set(change.applied(to: found.usageCount > 0 ? found : nil), of: key, db) }
        }
    }

    /// A change of the rows of a tool for one keyword, whatever its type.
    static func apply(_ change: ScoreChange, toKeyword keyword: String, toolName: String, _ db: Database) throws {
        guard try isUsed(db) else { return }
        for type in try toolTypes(keyword, toolName, db) {
            try apply([ScoreKey(keyword: keyword, toolName: toolName, toolType: type): change], db)
        }
    }

    private static func isUsed(_ db: Database) throws -> Bool {
        let select = try SQLiteStatement(db, ImportStatements.hasOwnScores)
        defer { select.reset() }
        return try select.step() && select.integer(0) == 1
    }

    private static func toolTypes(_ keyword: String, _ toolName: String, _ db: Database) throws -> [String] {
        let select = try SQLiteStatement(db, "SELECT tool_type FROM own_scores WHERE keyword = $1 AND tool_name = $2")
        defer { select.reset() }
        select.bind(keyword, at: 1)
        select.bind(toolName, at: 2)
        var types: [String] = []
        while try select.step() { types.append(select.text(0)) }
        return types
    }

    private static func set(_ row: ScoreRow?, of key: ScoreKey, _ db: Database) throws {
        guard let row else { return }
        let update = try SQLiteStatement(
            db,
            """
            UPDATE own_scores SET weight = $1, usage_count = $2, success_count = $3, last_used = $4
            WHERE keyword = $5 AND tool_name = $6 AND tool_type = $7
            """
        )
        update.bind(row, at: 1)
        update.bind(key, at: 5)
        try update.run()
    }
}
