internal import Bus
internal import Storage

/// Finds rows that were stored because nothing here was the same call, and that are recorded calls after all: their
/// other half came later than a row waits for it.
struct LateCalls: Sendable {
    let store: any ImportStore
    /// The runs whose rows may be taken back.
    let runs: Set<Int>

    /// What is to be taken back.
    struct Found: Sendable {
        var actions: [ImportedAction] = []
        var matches: [ImportMatch] = []
    }

    /// - Parameters:
    ///   - live: Recorded calls that match nothing yet.
    ///   - rows: Old rows that are about to be stored: they have the same right to one of these calls, and each call
    ///     goes to the row before.
    func find(_ live: [LiveAction], beside rows: [ActionRecord] = []) async throws(StorageError) -> Found {
        var imported: [ImportedAction] = []
        for span in LiveMatcher.spans(live.map(\.createdAt)) {
            imported += try await store.importedActions(from: span.lowerBound, through: span.upperBound)
                .filter { runs.contains($0.note.run) }
        }
        guard !imported.isEmpty else { return Found() }
        let stored = Dictionary(imported.map { ($0.record.id, $0) }) { first, _ in first }
        let matches = LiveMatcher.matches(imported.map(\.record) + rows, live)
        var found = Found()
        for match in matches {
            guard let action = stored[match.importedID] else { continue }
            found.actions.append(action)
            found.matches.append(match)
        }
        return found
    }
}
