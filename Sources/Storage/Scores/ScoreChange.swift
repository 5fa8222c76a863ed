package import Bus

/// A change of one row of scores, or any number of them in their order, as one.
///
/// It says what becomes of a row that is there and what becomes of a row that is missing, and these are kept apart:
/// the first use of a tool makes a row with the initial score and isn't a shift, later ones shift; feedback about a
/// missing row is nothing.
package struct ScoreChange: Sendable, Equatable {
    /// For a row that is there: what happens to its score.
    package private(set) var shift: ClampedShift
    /// For a row that is there: added to its `usageCount`.
    package private(set) var usage: Int
    /// For a row that is there: added to its `successCount`.
    package private(set) var successes: Int
    /// For a row that is there: its `lastUsed`, unless that is later.
    package private(set) var lastUsed: Timestamp
    /// The row to insert where none is; nil leaves it missing.
    package private(set) var inserted: ScoreRow?

    /// A row that is missing is inserted.
    package var insertsMissing: Bool { inserted != nil }

    /// A use: counts, shifts the score of a row that is there, and makes a row with `initial` where none is.
    ///
    /// - Parameters:
    ///   - shift: What happens to the score of a row that is there.
    ///   - success: The use is known to have succeeded.
    ///   - initial: The score of a new row.
    ///   - time: When it happened.
    package static func use(
        shift: ClampedShift,
        success: Bool,
        initial: Score,
        at time: Timestamp
    ) -> ScoreChange {
        let successes = success ? 1 : 0
        return ScoreChange(
            shift: shift,
            usage: 1,
            successes: successes,
            lastUsed: time,
            inserted: ScoreRow(score: initial, usageCount: 1, successCount: successes, lastUsed: time)
        )
    }

    /// An opinion: shifts the score of a row that is there, counts nothing, makes nothing.
    package static func feedback(shift: ClampedShift, at time: Timestamp) -> ScoreChange {
        ScoreChange(shift: shift, usage: 0, successes: 0, lastUsed: time, inserted: nil)
    }

    /// What the row becomes; nil stands for a missing row.
    package func applied(to row: ScoreRow?) -> ScoreRow? {
        guard var row else { return inserted }
        row.score = shift(row.score)
        row.usageCount += usage
        row.successCount += successes
        row.lastUsed = max(row.lastUsed, lastUsed)
        return row
    }

    /// First this, then the other.
    package mutating func then(_ other: ScoreChange) {
        inserted = other.applied(to: inserted)
        shift.then(other.shift)
        usage += other.usage
        successes += other.successes
        lastUsed = max(lastUsed, other.lastUsed)
    }
}
