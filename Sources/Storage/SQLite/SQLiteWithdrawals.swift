internal import Bus
internal import GRDB

extension SQLiteReader {
    func importedActions(from: Timestamp, through: Timestamp) throws(StorageError) -> [ImportedAction] {
        try connection.access { db in
            let select = try SQLiteStatement(db, ImportStatements.actionsOfTime)
            defer { select.reset() }
            select.bind(from.milliseconds, at: 1)
            select.bind(through.milliseconds, at: 2)
            var actions: [ImportedAction] = []
            while try select.step() { actions.append(try ImportedAction(row: select)) }
            return actions
        }
    }
}

extension SQLiteWriter {
    func withdraw(_ withdrawal: ImportWithdrawal) throws(StorageError) {
        try connection.transaction { db in
            let delete = try SQLiteStatement(db, ActionStatements.delete)
            for part in withdrawal.runs {
                var gone: [ActionRecord] = []
                for action in part.actions {
                    delete.bind(action.record.id.description, at: 1)
                    try delete.run()
                    if db.changesCount > 0 { gone.append(action.record) }
                }
                try SQLiteWriter.keep(part.matches, run: part.number, db)
                try SQLiteWriter.subtract(BatchEffects(of: gone), run: part.number, db)
            }
            try SQLiteRows.set(withdrawal.checkpoint, db)
        }
    }

    private static func subtract(_ effects: BatchEffects, run: Int, _ db: Database) throws {
        let ledger = try SQLiteStatement(db, subtractFromLedger)
        let session = try SQLiteStatement(db, subtractFromSession)
        for (id, use) in effects.sessions.sorted(by: { $0.key.string < $1.key.string }) {
            for statement in [ledger, session] {
                statement.bind(Int64(use.tools), at: 1)
                statement.bind(Int64(use.successes), at: 2)
                statement.bind(Int64(use.errors), at: 3)
                statement.bind(id.string, at: 4)
            }
            ledger.bind(Int64(run), at: 5)
            try ledger.run()
            try session.run()
        }
    }

    private static let subtractFromLedger = """
        UPDATE import_sessions SET tools = tools - $1, successes = successes - $2, errors = errors - $3
        WHERE session_id = $4 AND run = $5
        """

    private static let subtractFromSession = """
        UPDATE sessions SET total_tools_used = total_tools_used - $1, total_success = total_success - $2,
            total_errors = total_errors - $3
        WHERE id = $4
        """
}

extension ImportWithdrawal {
    /// What was brought by each run.
    var runs: [(number: Int, actions: [ImportedAction], matches: [ImportMatch])] {
        Dictionary(grouping: actions, by: \.note.run).sorted { $0.key < $1.key }.map { number, actions in
            let ids = Set(actions.map(\.record.id))
            return (number, actions, matches.filter { ids.contains($0.importedID) })
        }
    }
}
