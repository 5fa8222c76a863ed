/// The jobs of all servers that share a store.
package protocol JobStore: Sendable {
    /// Makes the row of a job or replaces all of it but the checkpoint; durable on return.
    func save(_ job: JobRecord) async throws(StorageError)
    /// For jobs whose work is not in this store.
    func save(_ checkpoint: JobCheckpoint) async throws(StorageError)
    /// Nil if there is none.
    func job(_ id: UUIDv7) async throws(StorageError) -> JobRecord?
    /// Newest first.
    func jobs(limit: Int) async throws(StorageError) -> [JobRecord]
    /// What `owner` has not brought to an end, running or paused, oldest first.
    func unfinishedJobs(of owner: String) async throws(StorageError) -> [JobRecord]
}
