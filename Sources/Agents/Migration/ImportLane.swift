internal import Storage

/// Chunks on their way into the store in their order: while one is being stored, the next is begun with.
struct ImportLane {
    private struct Started {
        let chunk: ImportChunk
        let staged: StagedChunk
    }

    private let store: any ImportChunkStore
    private var started: Started?

    init(_ store: any ImportChunkStore) { self.store = store }

    /// What was begun with and may not be visible in the store yet.
    var matches: [ImportMatch] { started?.chunk.matches ?? [] }

    /// Begins with a chunk and returns when the one before it is stored.
    ///
    /// - Returns: The checkpoint of the one before, nil if there is none.
    mutating func write(_ chunk: ImportChunk) async throws(StorageError) -> JobCheckpoint? {
        let next = Started(chunk: chunk, staged: store.stage(chunk))
        guard let before = started else {
            started = next
            return nil
        }
        do throws(StorageError) {
            try await before.staged.finish()
            started = next
        } catch {
            // Whatever went wrong: once more, and with nothing under way for which another server may wait.
            await next.staged.discard()
            started = nil
            _ = try await store.write(before.chunk)
            started = Started(chunk: chunk, staged: store.stage(chunk))
        }
        return before.chunk.checkpoint
    }

    /// Stores what was begun with.
    ///
    /// - Returns: Its checkpoint, nil if there is none.
    mutating func finish() async throws(StorageError) -> JobCheckpoint? {
        guard let last = started else { return nil }
        started = nil
        do throws(StorageError) { try await last.staged.finish() } catch { _ = try await store.write(last.chunk) }
        return last.chunk.checkpoint
    }

    /// Gives up what was begun with.
    mutating func discard() async {
        await started?.staged.discard()
        started = nil
    }
}
