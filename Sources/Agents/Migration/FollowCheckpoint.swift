internal import Bus
internal import Foundation
internal import Storage

/// Where the reading of `tool_usage` has come to; every checkpoint of a migration has these members.
struct SourcePosition: Codable, Equatable, Sendable {
    var run = 0
    var rowID = Int64.min
    /// The last time that a row had; milliseconds.
    var lastTime: Int64 = 0
    /// The id that the last row has here, nil if it was rejected.
    var lastID: String?
    /// Up to where a following has counted what is recorded here only; milliseconds.
    var settledThrough: Int64?

    init() {}

    init?(_ checkpoint: String?) {
        guard let checkpoint,
            let position = try? JSONDecoder().decode(SourcePosition.self, from: Data(checkpoint.utf8))
        else { return nil }
        self = position
    }
}

/// How far the following of an old database is, and what it has seen.
struct FollowCheckpoint: Codable, Equatable, Sendable {
    var run = 0
    var rowID = Int64.min
    var lastTime: Int64 = 0
    var lastID: String?
    var rejectedBytes = 0
    var actions = TableCounts()
    /// Calls that only the old database has; they were stored.
    var oldOnly = 0
    /// Rows that were stored and taken back, because their calls were recorded late; they count as matched.
    var late = 0
    /// Calls that only this server has, up to `settledThrough`; milliseconds.
    var liveOnly = 0
    var settledThrough: Int64
    /// Those that are not looked at again, and up to where.
    var firmLiveOnly = 0
    var firmThrough: Int64

    /// - Parameter time: Where to count from if nothing was read before.
    init(run: Int, at position: SourcePosition, from time: Int64) {
        self.run = run
        rowID = position.rowID
        lastTime = position.lastTime
        lastID = position.lastID
        settledThrough = position.settledThrough ?? (position.lastTime > 0 ? position.lastTime : time)
        firmThrough = settledThrough
    }

    init?(_ text: String?) {
        guard let text, let known = try? JSONDecoder().decode(FollowCheckpoint.self, from: Data(text.utf8)) else {
            return nil
        }
        self = known
    }

    var text: String { MigrationJSON.text(self) }

    mutating func take(_ chunk: OldActionChunk, matched: Int) {
        rowID = chunk.lastRowID
        lastTime = chunk.lastTime.milliseconds
        lastID = chunk.lastID?.description
        actions.read += chunk.read
        actions.repaired += chunk.repaired
        actions.rejected += chunk.rejected.count
        actions.matched += matched
        oldOnly += chunk.actions.count - matched
    }

    /// Rows are taken back.
    mutating func takeBack(_ rows: [ImportedAction]) {
        late += rows.count
        actions.matched += rows.count
        oldOnly -= rows.count { $0.note.run == run }
    }

    /// Recorded calls were looked at that match no row, up to a time; those up to `firm` are not looked at again.
    mutating func settle(_ unmatched: [Timestamp], firm: Int64, through time: Int64) {
        let counted = unmatched.filter { $0.milliseconds > firmThrough }
        let isFirm = counted.count { $0.milliseconds <= firm }
        liveOnly = firmLiveOnly + counted.count
        firmLiveOnly += isFirm
        firmThrough = max(firmThrough, firm)
        settledThrough = time
    }
}
