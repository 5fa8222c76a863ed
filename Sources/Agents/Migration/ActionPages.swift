internal import Bus
internal import Storage

/// The rows of `tool_usage`, converted, page by page.
struct ActionPages: Sendable {
    let old: OldDatabase
    let columns: [OldDatabase.Column]
    let source: String
    var run = 0
    let limit: Int

    /// The page behind a row, nil at the end. Converts beside the caller.
    ///
    /// - Parameters:
    ///   - lastTime: That of the row before, in milliseconds.
    ///   - border: The page ends before a row that is younger; milliseconds.
    @concurrent
    func next(
        after rowID: Int64,
        _ lastTime: Int64,
        until border: Int64 = .max
    ) async throws(AgentsError) -> OldActionChunk? {
        let reader = OldActions(source: source, columns: columns, lastTime: Timestamp(milliseconds: lastTime))
        let rows: [OldRow]
        do {
            rows = try await old.rows(
                of: OldActions.table,
                columns: reader.columns.names,
                after: rowID,
                limit: limit
            )
        } catch {
            throw .unusable(error)
        }
        return OldActionChunk(rows, reader: reader, run: run, until: border)
    }

    /// The page behind a row, with everything found out that can be before it is written, and its sums.
    ///
    /// - Parameter others: See `ActionImport.prepare`.
    @concurrent
    func prepared(
        after rowID: Int64,
        _ lastTime: Int64,
        for target: ActionImport,
        besides others: [ImportMatch]
    ) async -> Result<(PreparedActions, ActionSums)?, AgentsError> {
        do throws(AgentsError) {
            guard let chunk = try await next(after: rowID, lastTime) else { return .success(nil) }
            return .success((try await target.prepare(chunk, besides: others), ActionSums(chunk.actions)))
        } catch {
            return .failure(error)
        }
    }
}

extension MigrationCheckpoint {
    /// The rows of a chunk were gone through.
    mutating func take(_ chunk: OldActionChunk) {
        rowID = chunk.lastRowID
        lastTime = chunk.lastTime.milliseconds
        lastID = chunk.lastID?.description
        actions.read += chunk.read
        actions.repaired += chunk.repaired
        actions.rejected += chunk.rejected.count
    }
}
