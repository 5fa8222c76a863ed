/// What one transaction of an import puts in.
package struct ImportChunk: Equatable, Sendable {
    package var run: Int
    package var actions: [ImportedAction] = []
    package var matches: [ImportMatch] = []
    /// Rows may be there from an earlier import: each is looked for.
    package var mayRepeat: Bool
    package var checkpoint: JobCheckpoint

    package init(run: Int, mayRepeat: Bool, checkpoint: JobCheckpoint) {
        self.run = run
        self.mayRepeat = mayRepeat
        self.checkpoint = checkpoint
    }
}

/// What takes the chunks of an import.
package protocol ImportChunkStore: Sendable {
    /// Stores rows, what follows from them for sessions and projects, and the checkpoint, in one transaction.
    ///
    /// - Returns: How many rows were not there before.
    func write(_ chunk: ImportChunk) async throws(StorageError) -> Int

    /// Begins with a chunk whose turn comes behind the one that is being stored, as far as the store can.
    func stage(_ chunk: ImportChunk) -> StagedChunk
}

extension ImportChunkStore {
    /// A store that takes one after the other begins when the turn comes.
    package func stage(_ chunk: ImportChunk) -> StagedChunk {
        StagedChunk { () async throws(StorageError) in
            _ = try await write(chunk)
        } discard: {
        }
    }
}

/// A chunk that is not stored before its turn. Exactly one of both has to be called, once.
package struct StagedChunk: Sendable {
    /// Its turn has come: everything before it is stored. Returns when it is as well.
    package let finish: @Sendable () async throws(StorageError) -> Void
    /// Its turn doesn't come. Returns when nothing is left of it.
    package let discard: @Sendable () async -> Void

    package init(
        finish: @escaping @Sendable () async throws(StorageError) -> Void,
        discard: @escaping @Sendable () async -> Void
    ) {
        self.finish = finish
        self.discard = discard
    }
}
