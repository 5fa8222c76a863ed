internal import Bus
internal import Storage

extension ImportSteps {
    /// Reads the store again, and the source unless its sums are known, and compares them; row by row where they
    /// differ.
    mutating func verify() async throws(AgentsError) -> Differences {
        guard let columns = schema.actions else { return Differences() }
        let expected = try await expectedSums(columns)
        var found = ActionSums()
        var counts = checkpoint.actions
        counts.imported = 0
        counts.present = 0
        let own = checkpoint.run
        try await forEachFound { action in
            found.add(action)
            if action.note.run == own { counts.imported += 1 } else { counts.present += 1 }
        }
        checkpoint.actions = counts
        var differences = Differences()
        let chunks = expected.differing(from: found)
        guard !chunks.isEmpty else { return differences }
        try await forEachExpected(columns) { action in
            if chunks.contains(ActionSums.chunk(of: action)) { differences.expect(action) }
        }
        try await forEachFound { action in
            if chunks.contains(ActionSums.chunk(of: action)) { differences.find(action) }
        }
        return differences
    }

    /// Those of the import if it went through all rows and each of them has to be here.
    private mutating func expectedSums(_ columns: [OldDatabase.Column]) async throws(AgentsError) -> ActionSums {
        if let expected, checkpoint.actions.matched == 0 { return expected }
        var sums = ActionSums()
        try await forEachExpected(columns) { sums.add($0) }
        return sums
    }

    /// What the source says must be here: all that is not rejected and not recorded otherwise.
    private mutating func forEachExpected(
        _ columns: [OldDatabase.Column],
        _ body: (ImportedAction) -> Void
    ) async throws(AgentsError) {
        let pages = ActionPages(old: old, columns: columns, source: arguments.source, limit: room.store.mostRows)
        var rowID = Int64.min
        var lastTime: Int64 = 0
        var read = 0
        while let chunk = try await pages.next(after: rowID, lastTime) {
            _ = try await turns.next(context)
            var matched: Set<UUIDv7> = []
            if checkpoint.actions.matched > 0 {
                do {
                    matched = try await room.store.matchedIDs(among: chunk.actions.map(\.record.id))
                } catch {
                    throw AgentsError(error)
                }
            }
            for action in chunk.actions where !matched.contains(action.record.id) { body(action) }
            read += chunk.read
            tell(.verification, read / 2, schema.actionCount)
            rowID = chunk.lastRowID
            lastTime = chunk.lastTime.milliseconds
        }
    }

    private mutating func forEachFound(_ body: (ImportedAction) -> Void) async throws(AgentsError) {
        let numbers = Set(runs.map(\.number))
        var page = try await found(after: nil).get()
        var read = 0
        while let last = page.last {
            read += page.count
            if try await turns.next(context) {
                // The store looks for the next page while this one is gone through. It has to be asked first: on the one
                // thread of the migration a child begins when its parent lets it.
                async let following = found(after: last)
                await Task.yield()
                page.forEach { if numbers.contains($0.note.run) { body($0) } }
                page = try await following.get()
            } else {
                page.forEach { if numbers.contains($0.note.run) { body($0) } }
                page = try await found(after: last).get()
            }
            tell(.verification, min(schema.actionCount, (schema.actionCount + read) / 2), schema.actionCount)
        }
    }

    private func found(after id: UUIDv7?) async -> Result<ImportedPage, AgentsError> {
        do throws(StorageError) {
            return .success(try await room.store.importedActions(after: id, limit: room.store.mostRows))
        } catch {
            return .failure(AgentsError(error))
        }
    }
}
