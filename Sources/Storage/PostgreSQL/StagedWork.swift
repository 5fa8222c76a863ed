/// Work that has begun in a transaction ahead of its turn: what it needs no turn for is done or under way, the rest
/// waits for it.
struct StagedWork<Turn: Sendable, Outcome: Sendable>: Sendable {
    private let turn: AsyncStream<Turn>.Continuation
    private let work: Task<Outcome, Never>

    /// - Parameter work: Takes from the stream when its turn comes, nil if never.
    init(_ work: @escaping @Sendable (AsyncStream<Turn>) async -> Outcome) {
        let (turns, turn) = AsyncStream.makeStream(of: Turn.self, bufferingPolicy: .bufferingNewest(1))
        self.turn = turn
        self.work = Task { await work(turns) }
    }

    /// Everything before it is stored. Returns when it is as well, or can't be in this way.
    func finish(_ turn: Turn) async -> Outcome {
        self.turn.yield(turn)
        self.turn.finish()
        return await work.value
    }

    /// Its turn doesn't come. Returns when nothing is left of it.
    func discard() async {
        turn.finish()
        _ = await work.value
    }
}
