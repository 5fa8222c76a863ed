internal import Bus

/// A batch whose actions are on their way into the database, or there, in a transaction that waits for its turn.
struct StagedBatch: Sendable {
    let batch: RecordBatch
    private let turn: AsyncStream<Timestamp>.Continuation
    private let work: Task<Bool, Never>

    /// - Parameter work: Stores the batch; it takes from the stream when its turn comes, nil if never. False if that
    ///   did not succeed.
    init(_ batch: RecordBatch, _ work: @escaping @Sendable (AsyncStream<Timestamp>) async -> Bool) {
        self.batch = batch
        let (turns, turn) = AsyncStream.makeStream(of: Timestamp.self, bufferingPolicy: .bufferingNewest(1))
        self.turn = turn
        self.work = Task { await work(turns) }
    }

    /// Everything before it is stored. Returns when it is as well, or can't be in this way.
    func finish(at time: Timestamp) async -> Bool {
        turn.yield(time)
        turn.finish()
        return await work.value
    }

    /// Its turn doesn't come. Returns when nothing is left of it.
    func discard() async {
        turn.finish()
        _ = await work.value
    }
}
