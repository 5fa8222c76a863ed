/// Which rows of `routing_scores` are there and what their ids are, as far as the writer has seen: a change of one of
/// them is a plain update by id, which costs a fraction of a statement that has to find or make the row.
///
/// A help only. A row that is there stays, unless a person deletes it; then the update finds fewer rows than it names,
/// its transaction is undone, and everything here is forgotten.
struct PostgresScores: Sendable {
    /// Rows kept; when it is reached all are forgotten and found again as they are used.
    static let limit = 65_536

    private var ids: [ScoreKey: Int64] = [:]

    func id(of key: ScoreKey) -> Int64? { ids[key] }

    /// These rows were made or changed by a transaction that is committed.
    mutating func remember(_ rows: [(key: ScoreKey, id: Int64)]) {
        if ids.count + rows.count > PostgresScores.limit { forget() }
        for row in rows.prefix(PostgresScores.limit) { ids[row.key] = row.id }
    }

    mutating func forget() {
        ids.removeAll()
    }
}
