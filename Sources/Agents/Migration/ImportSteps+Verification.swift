internal import Bus
internal import Storage

extension ImportSteps {
    /// Reads the source and the store again and compares them.
    mutating func verify() async throws(AgentsError) -> Differences {
        guard let columns = schema.actions else { return Differences() }
        var verification = Verification()
        try await forEachExpected(columns) { verification.expect($0) }
        var counts = checkpoint.actions
        counts.imported = 0
        counts.present = 0
        let own = checkpoint.run
        try await forEachFound { action in
            verification.find(action)
            if action.note.run == own { counts.imported += 1 } else { counts.present += 1 }
        }
        checkpoint.actions = counts
        var differences = Differences()
        let chunks = verification.differing
        guard !chunks.isEmpty else { return differences }
        try await forEachExpected(columns) { action in
            if chunks.contains(Verification.chunk(of: action)) { differences.expect(action) }
        }
        try await forEachFound { action in
            if chunks.contains(Verification.chunk(of: action)) { differences.find(action) }
        }
        return differences
    }

    /// What the source says must be here: all that is not rejected and not recorded otherwise.
    private func forEachExpected(
        _ columns: [OldDatabase.Column],
        _ body: (ImportedAction) -> Void
    ) async throws(AgentsError) {
        let pages = ActionPages(old: old, columns: columns, source: arguments.source, limit: room.store.mostRows)
        var rowID = Int64.min
        var lastTime: Int64 = 0
        var read = 0
        while let chunk = try await pages.next(after: rowID, lastTime) {
            try context.check()
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

    private func forEachFound(_ body: (ImportedAction) -> Void) async throws(AgentsError) {
        let numbers = Set(runs.map(\.number))
        var last: UUIDv7?
        var read = 0
        while true {
            try context.check()
            let page: [ImportedAction]
            do {
                page = try await room.store.importedActions(after: last, limit: room.store.mostRows)
            } catch {
                throw AgentsError(error)
            }
            guard let end = page.last else { return }
            for action in page where numbers.contains(action.note.run) { body(action) }
            read += page.count
            tell(.verification, min(schema.actionCount, (schema.actionCount + read) / 2), schema.actionCount)
            last = end.record.id
        }
    }
}
