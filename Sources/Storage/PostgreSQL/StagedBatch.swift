internal import Bus

/// A batch whose actions are on their way into the database, or there.
struct StagedBatch: Sendable {
    let batch: RecordBatch
    /// Its turn is the time at which it is stored.
    let work: StagedWork<Timestamp>
}
