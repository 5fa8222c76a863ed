/// Which rows of `routing_scores` are there, as far as the writer has seen: a change of one of them is a plain update,
/// which costs half of a statement that may have to make the row.
///
/// A help only. A row that is there stays, unless a person deletes it; then the update finds fewer rows than it names,
/// its transaction is undone, and everything here is forgotten.
struct PostgresScores: Sendable {
    /// Rows kept; when it is reached all are forgotten and found again as they are used.
    static let limit = 65_536

    private var present: Set<ScoreKey> = []

    func contains(_ key: ScoreKey) -> Bool { present.contains(key) }

    /// These rows were made or changed by a transaction that is committed.
    mutating func remember(_ keys: [ScoreKey]) {
        if present.count + keys.count > PostgresScores.limit { forget() }
        present.formUnion(keys.prefix(PostgresScores.limit))
    }

    mutating func forget() {
        present.removeAll()
    }
}
