package import Bus

/// What is known about one `ScoreKey`.
package struct ScoreRow: Sendable, Equatable {
    /// Within the bounds of the change that touched it last.
    package var score: Score
    /// How often the tool was used for the keyword.
    package var usageCount: Int
    /// How many of these uses are known to have succeeded.
    package var successCount: Int
    /// The latest use or feedback.
    package var lastUsed: Timestamp

    /// The four columns.
    package init(score: Score, usageCount: Int, successCount: Int, lastUsed: Timestamp) {
        self.score = score
        self.usageCount = usageCount
        self.successCount = successCount
        self.lastUsed = lastUsed
    }
}
