/// The function `s -> min(max(s + delta, lower), upper)`.
///
/// Such functions are closed under composition, so any number of them is again three numbers, exactly: a batch of
/// changes of one row is one statement, whatever the row's score is when it arrives.
package struct ClampedShift: Sendable, Equatable {
    /// What is added, in millionths.
    package private(set) var delta: Int
    /// The least result.
    package private(set) var lower: Score
    /// The greatest result, not below `lower`.
    package private(set) var upper: Score

    /// - Parameters:
    ///   - delta: What is added, in millionths.
    ///   - bounds: The least and the greatest result.
    package init(by delta: Int, within bounds: ClosedRange<Score>) {
        self.delta = delta
        lower = bounds.lowerBound
        upper = bounds.upperBound
    }

    /// Leaves every score as it is, also one that lies outside of the usual bounds. Its own are far from all scores and
    /// far from overflow.
    package static let none = ClampedShift(by: 0, within: Score(micro: -(1 << 60))...Score(micro: 1 << 60))

    /// The result for one score.
    package func callAsFunction(_ score: Score) -> Score {
        min(max(Score(micro: score.micro + delta), lower), upper)
    }

    /// First this, then the other. The bounds pass through the other as scores do, since it never swaps their order.
    package mutating func then(_ other: ClampedShift) {
        delta += other.delta
        lower = other(lower)
        upper = other(upper)
    }
}
