/// How well a tool has served for a keyword, in millionths: 1.0 is `Score(micro: 1_000_000)`.
///
/// Integers, because sums of 0.1 and 0.05 in binary fractions depend on the order in which they are added, and a change
/// that is composed first has to end where one applied step by step ends.
package struct Score: Sendable, Hashable, Comparable {
    /// Millionths.
    package let micro: Int

    /// The score of a new row.
    package static let initial = Score(micro: 1_000_000)
    /// No use and no opinion leads out of these.
    package static let bounds = Score(micro: 100_000)...Score(micro: 5_000_000)

    /// - Parameter micro: Millionths.
    package init(micro: Int) {
        self.micro = micro
    }

    /// The nearest score to a number of the wire or of the store. NaN becomes 0; what is beyond a million in either
    /// direction becomes a million, far outside of every bound.
    package init(_ value: Double) {
        micro = value.isNaN ? 0 : Int((min(max(value, -1e6), 1e6) * 1e6).rounded())
    }

    /// The score as a number.
    package var value: Double { Double(micro) / 1e6 }

    /// The worse one is less.
    package static func < (left: Score, right: Score) -> Bool {
        left.micro < right.micro
    }
}
