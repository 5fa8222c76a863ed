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

/// A page of rows, and what of it has to be written.
struct PreparedActions: Sendable {
    let chunk: OldActionChunk
    /// Those that are neither recorded calls nor known as such.
    var actions: [ImportedAction]
    var matches: [ImportMatch] = []
    /// Rows that are not stored because the same call was recorded, from earlier runs too.
    var matched = 0

    init(_ chunk: OldActionChunk) {
        self.chunk = chunk
        actions = chunk.actions
    }
}

/// Puts rows into the store that aren't there, neither from an earlier run nor as recorded calls.
struct ActionImport: Sendable {
    let store: any ImportStore
    let run: ImportRun
    /// An earlier run may have brought some of the rows.
    let mayRepeat: Bool

    /// Looks which rows match a recorded call.
    ///
    /// - Parameter others: Matches that may be on their way into the store: what they name is no candidate any more.
    func prepare(
        _ chunk: OldActionChunk,
        besides others: [ImportMatch] = []
    ) async throws(AgentsError) -> PreparedActions {
        do throws(StorageError) {
            var prepared = PreparedActions(chunk)
            if mayRepeat {
                let known = try await store.matchedIDs(among: prepared.actions.map(\.record.id))
                prepared.actions.removeAll { known.contains($0.record.id) }
                prepared.matched = known.count
            }
            prepared.matches = try await matches(for: prepared.actions, besides: Set(others.map(\.liveID)))
            if !prepared.matches.isEmpty {
                let ids = Set(prepared.matches.map(\.importedID))
                prepared.actions.removeAll { ids.contains($0.record.id) }
                prepared.matched += prepared.matches.count
            }
            return prepared
        } catch {
            throw AgentsError(error)
        }
    }

    func write(_ prepared: PreparedActions, checkpoint: JobCheckpoint) async throws(AgentsError) {
        do { _ = try await store.write(stored(prepared, checkpoint: checkpoint)) } catch { throw AgentsError(error) }
    }

    /// What one transaction takes.
    func stored(_ prepared: PreparedActions, checkpoint: JobCheckpoint) -> ImportChunk {
        var stored = ImportChunk(run: run.number, mayRepeat: mayRepeat, checkpoint: checkpoint)
        stored.actions = prepared.actions
        stored.matches = prepared.matches
        return stored
    }

    /// A row that an earlier run has stored matches nothing any more: it is there.
    private func matches(
        for actions: [ImportedAction],
        besides taken: Set<UUIDv7>
    ) async throws(StorageError) -> [ImportMatch] {
        var live: [LiveAction] = []
        for span in LiveMatcher.spans(actions.map(\.record.createdAt)) {
            live += try await store.unmatchedActions(from: span.lowerBound, through: span.upperBound)
        }
        live.removeAll { taken.contains($0.id) }
        guard !live.isEmpty else { return [] }
        let matches = LiveMatcher.matches(actions.map(\.record), live)
        guard mayRepeat, !matches.isEmpty else { return matches }
        let present = try await store.importedIDs(among: matches.map(\.importedID))
        return matches.filter { !present.contains($0.importedID) }
    }
}
