internal import Storage

/// The tables of an old database that are migrated, as they really are.
struct OldSchema: Sendable {
    /// Nil where the table is missing.
    let actions: [OldDatabase.Column]?
    let scores: [OldDatabase.Column]?
    let actionCount: Int
    let scoreCount: Int
    /// Tables that have no place here.
    let others: [String]

    /// Throws `invalid` when nothing in the file can be migrated.
    init(_ old: OldDatabase, path: String) async throws(AgentsError) {
        do throws(StorageError) {
            let tables = try await old.tables()
            let actions = try await old.columns(of: OldActions.table)
            let scores = try await old.columns(of: OldScores.table)
            self.actions = OldSchema.usable(actions, [OldActions.needed])
            self.scores = OldSchema.usable(scores, OldScores.needed)
            actionCount = self.actions == nil ? 0 : try await old.count(of: OldActions.table)
            scoreCount = self.scores == nil ? 0 : try await old.count(of: OldScores.table)
            others = tables.filter { $0 != OldActions.table && $0 != OldScores.table }
        } catch {
            throw .unusable(error)
        }
        guard actions != nil || scores != nil else {
            throw AgentsError(
                .invalid,
                "\(path) has neither a table \(OldActions.table) with \(OldActions.needed) "
                    + "nor a table \(OldScores.table) with \(OldScores.needed.joined(separator: " and "))"
            )
        }
    }

    private static func usable(_ columns: [OldDatabase.Column], _ needed: [String]) -> [OldDatabase.Column]? {
        let names = columns.map { $0.name.lowercased() }
        return needed.allSatisfy(names.contains) ? columns : nil
    }

    /// The rowid of `tool_usage` is a column of its own, so that `VACUUM` leaves it alone.
    var hasStableRowIDs: Bool { actions?.contains { $0.isRowID } ?? false }
}
