internal import Bus

extension PostgresReader {
    private static let scorePage = 4096

    /// All scores of one moment.
    func loadScores(
        ofJournal id: String,
        _ batch: @Sendable ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) -> ScoreMoment {
        try await pool.withConnection { connection throws(StorageError) in
            let moment = try await PostgresReader.beginMoment(ofJournal: id, after: 0, on: connection).moment
            try await PostgresReader.readPages(PostgresCommand(ScoreStatements.page), on: connection) { batch($0) }
            return moment
        }
    }

    /// What other journals changed behind a revision, as it is at a later moment.
    func changedScores(
        after revision: Int64,
        ofJournal id: String,
        _ batch: @Sendable ([(ScoreKey, ScoreRow)], ScoreMoment) -> Void
    ) async throws(StorageError) -> ScoreMoment? {
        try await pool.withConnection { connection throws(StorageError) in
            let (moment, isKnown) = try await PostgresReader.beginMoment(ofJournal: id, after: revision, on: connection)
            guard moment.revision != revision else { return moment }
            guard isKnown else { return nil }
            let changed = PostgresCommand(PostgresStatements.changedScores).with(revision).with(id)
            try await PostgresReader.readPages(changed, on: connection) { batch($0, moment) }
            return moment
        }
    }

    /// Begins a snapshot, so that rows, mark and revision are of one moment. It ends when the connection is given back.
    private static func beginMoment(
        ofJournal id: String,
        after revision: Int64,
        on connection: PostgresConnection
    ) async throws(StorageError) -> (moment: ScoreMoment, isKnown: Bool) {
        let begun = try await connection.run([
            PostgresCommand(PostgresStatements.beginSnapshot, isPrepared: false),
            PostgresCommand(BookkeepingStatements.mark).with(id),
            PostgresCommand(PostgresStatements.lastScoreChange).with(revision),
        ])
        let position = begun[1].count > 0 ? JournalPosition(begun[1].integer(0, 0)) : .start
        let moment = ScoreMoment(position: position, revision: begun[2].integer(0, 0))
        return (moment, begun[2].bool(0, 1))
    }

    /// `command` wants two more parameters: an id to go on behind, and how many rows.
    private static func readPages(
        _ command: PostgresCommand,
        on connection: PostgresConnection,
        _ batch: ([(ScoreKey, ScoreRow)]) -> Void
    ) async throws(StorageError) {
        var last: Int64 = 0
        while true {
            let page = try await connection.run(command.with(last).with(scorePage))
            guard page.count > 0 else { return }
            batch((0..<page.count).map { score(page, row: $0) })
            last = page.integer(page.count - 1, 0)
        }
    }

    private static func score(_ page: PostgresResult, row: Int) -> (ScoreKey, ScoreRow) {
        (
            ScoreKey(keyword: page.text(row, 1), toolName: page.text(row, 2), toolType: page.text(row, 3)),
            ScoreRow(
                score: Score(page.real(row, 4)),
                usageCount: Int(page.integer(row, 5)),
                successCount: Int(page.integer(row, 6)),
                lastUsed: page.timestamp(row, 7)
            )
        )
    }
}
