package import Storage

/// What the rooms need of the journal and of the writer behind it.
package protocol RecordJournal: Sendable {
    /// Appends a record. When this returns, the record survives a power loss.
    func append(_ record: JournalRecord) async throws(StorageError) -> JournalPosition

    /// Waits until the store holds what was appended before the call; `unavailable` when that takes too long.
    func flush() async throws(StorageError)

    /// How far the store is behind.
    var lag: StoreLag { get }

    /// The last record that the store holds; every earlier one is there too.
    var storedThrough: JournalPosition { get }
}
