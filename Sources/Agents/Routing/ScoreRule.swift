package import Bus
package import Storage

/// What a use of a tool and an opinion about it do to a score.
package enum ScoreRule {
    /// The score of a new row, whatever the outcome of the first use.
    package static let initial = Score.initial
    /// No change leads out of these.
    package static let bounds = Score.bounds

    private static let success = ClampedShift(by: 100_000, within: bounds)
    private static let failure = ClampedShift(by: -50_000, within: bounds)
    private static let chosen = ClampedShift(by: 200_000, within: bounds)
    private static let rejected = ClampedShift(by: -100_000, within: bounds)

    /// A use of a tool: +0.1 when it succeeded, -0.05 when it failed.
    ///
    /// - Parameters:
    ///   - success: nil when the outcome is unknown: it counts as a use and leaves score and successes alone.
    ///   - time: When it happened.
    package static func use(success: Bool?, at time: Timestamp) -> ScoreChange {
        let shift =
            switch success {
            case true?: Self.success
            case false?: failure
            case nil: ClampedShift.none
            }
        return .use(shift: shift, success: success == true, initial: initial, at: time)
    }

    /// An opinion about a suggestion: +0.2 when it was taken, -0.1 when it was not.
    package static func feedback(chosen: Bool, at time: Timestamp) -> ScoreChange {
        .feedback(shift: chosen ? Self.chosen : rejected, at: time)
    }
}
