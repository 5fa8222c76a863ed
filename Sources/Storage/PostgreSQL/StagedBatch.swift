internal import Bus

/// A batch whose actions are on their way into the database, or there.
struct StagedBatch: Sendable {
    let batch: RecordBatch
    /// Its turn is the time at which it is stored; false if it can't be in this way.
    let work: StagedWork<Timestamp, Bool>
}
