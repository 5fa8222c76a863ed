package import Storage

extension ScoreLearning {
    /// The rules by which the store changes scores: the same as those of `RoutingMemory`.
    package static let rules = ScoreLearning(
        action: { ScoreRule.use(success: $0.exitCode.map { $0 == 0 }, at: $0.createdAt) },
        feedback: { ScoreRule.feedback(chosen: $0.chosen, at: $0.createdAt) }
    )
}
