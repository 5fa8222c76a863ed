internal import Bus

extension PostgresImports {
    func importedActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [ImportedAction] {
        let result = try await importer.run(
            PostgresCommand(ImportStatements.actionsOfTime).with(from).with(through)
        )
        return (0..<result.count).map { ImportedAction(result, row: $0) }
    }

    /// Under the lock of all who change sessions from the beginning: rows are few, and whoever deletes a project has
    /// the lock before he comes to its actions.
    func withdraw(_ withdrawal: ImportWithdrawal) async throws(StorageError) {
        try await importer.withConnection { connection throws(StorageError) in
            let begun = try await connection.run([
                .begin, PostgresCommand(PostgresStatements.lockEffects),
                PostgresCommand(PostgresImports.takeActions).with(array: withdrawal.actions.map(\.record.id)),
            ])
            let gone = Set((0..<begun[2].count).map { begun[2].uuid($0, 0) })
            var commands: [PostgresCommand] = []
            for part in withdrawal.runs {
                var chunk = ImportChunk(run: part.number, mayRepeat: false, checkpoint: withdrawal.checkpoint)
                chunk.matches = part.matches
                commands += matches(chunk)
                let records = part.actions.map(\.record).filter { gone.contains($0.id) }
                commands += PostgresImports.subtract(BatchEffects(of: records), run: part.number)
            }
            _ = try await connection.run(commands + [PostgresCommand(withdrawal.checkpoint), .commit])
        }
    }

    private static func subtract(_ effects: BatchEffects, run: Int) -> [PostgresCommand] {
        let sessions = effects.sessions.sorted { $0.key.precedes($1.key) }
        guard !sessions.isEmpty else { return [] }
        let commands = [
            PostgresCommand(subtractFromLedger).with(run), PostgresCommand(subtractFromSessions),
        ]
        return commands.map { command in
            command.with(array: sessions.map(\.key.string)).with(array: sessions.map(\.value.tools))
                .with(array: sessions.map(\.value.successes)).with(array: sessions.map(\.value.errors))
        }
    }

    /// Says which there were.
    private static let takeActions = "DELETE FROM actions WHERE id = ANY($1::uuid[]) RETURNING id"

    private static let subtractFromLedger = """
        UPDATE import_sessions SET tools = import_sessions.tools - s.tools,
            successes = import_sessions.successes - s.successes, errors = import_sessions.errors - s.errors
        FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS s (id, tools, successes, errors)
        WHERE import_sessions.run = $1 AND import_sessions.session_id = s.id
        """

    private static let subtractFromSessions = """
        UPDATE sessions SET total_tools_used = sessions.total_tools_used - s.tools,
            total_success = sessions.total_success - s.successes, total_errors = sessions.total_errors - s.errors
        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS s (id, tools, successes, errors)
        WHERE sessions.id = s.id
        """
}
