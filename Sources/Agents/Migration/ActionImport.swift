internal import Bus
internal import Storage

/// Rows of `tool_usage` as they go into one transaction.
struct OldActionChunk: Sendable {
    var actions: [ImportedAction] = []
    var rejected: [RejectedRow] = []
    var read = 0
    var repaired = 0
    var lastRowID: Int64
    var lastTime: Timestamp
    /// The id of the last row, nil if it was rejected.
    var lastID: UUIDv7?

    /// Converts rows up to the first one that is younger than `border`, a point in time in milliseconds; nil if there
    /// are none. What claims to be of the far future is not waited for.
    init?(_ rows: [OldRow], reader: OldActions, run: Int, until border: Int64 = .max) {
        guard let first = rows.first else { return nil }
        var reader = reader
        lastRowID = first.rowID
        lastTime = reader.lastTime
        actions.reserveCapacity(rows.count)
        for row in rows {
            let converted = reader.convert(row, run: run)
            switch converted {
            case .row(let action) where OldActionChunk.isTooYoung(action.record.createdAt, border):
                guard read > 0 else { return nil }
                return
            case .row(let action):
                actions.append(action)
                if !action.note.repaired.isEmpty { repaired += 1 }
                lastID = action.record.id
            case .rejected(let reason):
                lastID = nil
                rejected.append(
                    RejectedRow(table: OldActions.table, columns: reader.columns.names, row: row, reason: reason)
                )
            }
            read += 1
            lastRowID = row.rowID
            lastTime = reader.lastTime
        }
    }

    private static let farMilliseconds: Int64 = 3_600_000

    private static func isTooYoung(_ time: Timestamp, _ border: Int64) -> Bool {
        border < .max && time.milliseconds > border && time.milliseconds - border < farMilliseconds
    }
}

/// Puts rows into the store that aren't there, neither from an earlier run nor as recorded calls.
struct ActionImport: Sendable {
    let store: any ImportStore
    let run: ImportRun
    /// An earlier run may have brought some of the rows.
    let mayRepeat: Bool

    /// - Parameter checkpoint: Made of how many rows match.
    /// - Returns: The rows that match.
    func write(
        _ chunk: OldActionChunk,
        checkpoint: (_ matched: Int) throws(AgentsError) -> JobCheckpoint
    ) async throws(AgentsError) {
        do {
            var actions = chunk.actions
            var matched = 0
            if mayRepeat {
                let known = try await store.matchedIDs(among: actions.map(\.record.id))
                actions.removeAll { known.contains($0.record.id) }
                matched = known.count
            }
            let matches = try await matches(for: actions)
            if !matches.isEmpty {
                let ids = Set(matches.map(\.importedID))
                actions.removeAll { ids.contains($0.record.id) }
            }
            var stored = ImportChunk(
                run: run.number,
                mayRepeat: mayRepeat,
                checkpoint: try checkpoint(matched + matches.count)
            )
            stored.actions = actions
            stored.matches = matches
            _ = try await store.write(stored)
        } catch let error as StorageError {
            throw AgentsError(error)
        } catch let error as AgentsError {
            throw error
        } catch {
            throw AgentsError(.internalFailure, "The migration failed")
        }
    }

    /// A row that an earlier run has stored matches nothing any more: it is there.
    private func matches(for actions: [ImportedAction]) async throws(StorageError) -> [ImportMatch] {
        var live: [LiveAction] = []
        for span in LiveMatcher.spans(actions.map(\.record.createdAt)) {
            live += try await store.unmatchedActions(from: span.lowerBound, through: span.upperBound)
        }
        guard !live.isEmpty else { return [] }
        let matches = LiveMatcher.matches(actions.map(\.record), live)
        guard mayRepeat, !matches.isEmpty else { return matches }
        let present = try await store.importedIDs(among: matches.map(\.importedID))
        return matches.filter { !present.contains($0.importedID) }
    }
}
