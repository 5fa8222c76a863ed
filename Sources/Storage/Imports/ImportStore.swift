package import Bus

/// One taking over of another database: what it put in can be told apart from everything else, and taken back.
package struct ImportRun: Equatable, Sendable {
    /// In `actions.metadata` of each of its rows.
    package var number: Int
    package var jobID: UUIDv7
    /// What the other database is called; rows of two databases of one name are told apart by what they say only.
    package var source: String
    /// How its scores were joined with what was learnt here.
    package var merge: ScoreMerge
    package var startedAt: Timestamp

    package init(number: Int, jobID: UUIDv7, source: String, merge: ScoreMerge, startedAt: Timestamp) {
        self.number = number
        self.jobID = jobID
        self.source = source
        self.merge = merge
        self.startedAt = startedAt
    }
}

/// A recorded action as far as it takes to recognise the same call in another database.
package struct LiveAction: Equatable, Sendable {
    package var id: UUIDv7
    package var sessionID: String?
    package var toolName: String
    package var createdAt: Timestamp

    package init(id: UUIDv7, sessionID: String?, toolName: String, createdAt: Timestamp) {
        self.id = id
        self.sessionID = sessionID
        self.toolName = toolName
        self.createdAt = createdAt
    }
}

/// A row of another database that is a call which was recorded here as well: it is not stored a second time.
package struct ImportMatch: Equatable, Sendable {
    /// The id that the row would have.
    package var importedID: UUIDv7
    package var liveID: UUIDv7

    package init(importedID: UUIDv7, liveID: UUIDv7) {
        self.importedID = importedID
        self.liveID = liveID
    }
}

/// Imported rows that turned out to be calls which were recorded here as well: they go again.
package struct ImportWithdrawal: Equatable, Sendable {
    /// As they were imported.
    package var actions: [ImportedAction]
    /// What each of them is.
    package var matches: [ImportMatch]
    package var checkpoint: JobCheckpoint

    package init(actions: [ImportedAction], matches: [ImportMatch], checkpoint: JobCheckpoint) {
        self.actions = actions
        self.matches = matches
        self.checkpoint = checkpoint
    }
}

/// The way of an import into a store: past the journal, since the other database is there to be read again.
package protocol ImportStore: ImportChunkStore {
    /// Rows that one transaction takes at most, so that others get their turn.
    var mostRows: Int { get }

    /// The run of a job; begun by the first call.
    func beginRun(
        ofJob id: UUIDv7,
        source: String,
        merge: ScoreMerge,
        at time: Timestamp
    ) async throws(StorageError) -> ImportRun

    /// Those that were not taken back, oldest first.
    func runs() async throws(StorageError) -> [ImportRun]

    /// Keeps values beside what was learnt here and makes one row of both, with the checkpoint in one transaction.
    ///
    /// - Returns: How many were not kept before in exactly this way.
    func write(
        _ scores: [ImportedScore],
        run: ImportRun,
        checkpoint: JobCheckpoint
    ) async throws(StorageError) -> Int

    /// Tells the other servers of the store that scores were imported or taken back: they load them again.
    func announceScores() async throws(StorageError)

    /// Sessions that the run made begin with their first action and, when nothing has happened in them since `time`,
    /// end with their last.
    func settleSessions(run: Int, before time: Timestamp) async throws(StorageError)

    /// Recorded actions of a time that are not imported and match no imported row yet, oldest first.
    func unmatchedActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [LiveAction]

    /// Which of these ids are known as matches.
    func matchedIDs(among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7>

    /// Which of these ids imported rows have.
    func importedIDs(among ids: [UUIDv7]) async throws(StorageError) -> Set<UUIDv7>

    /// Imported rows behind an id, in the order of ids; at most `limit`.
    func importedActions(after id: UUIDv7?, limit: Int) async throws(StorageError) -> ImportedPage

    /// Imported rows of a time, oldest first.
    func importedActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [ImportedAction]

    /// Takes rows back with what they added to sessions and keeps what they match, as part of the run that brought each
    /// of them, and the checkpoint, in one transaction.
    func withdraw(_ withdrawal: ImportWithdrawal) async throws(StorageError)

    /// The scores of a run as they were imported, in the order of keys, behind a key; at most `limit`.
    func importedScores(ofRun run: Int, after key: ScoreKey?, limit: Int) async throws(StorageError) -> [ImportedScore]

    /// Deletes imported rows.
    ///
    /// - Returns: How many there were.
    func removeActions(_ ids: [UUIDv7]) async throws(StorageError) -> Int

    /// Takes back some scores of a run: their rows become what they would be without it.
    ///
    /// - Returns: How many were taken back, 0 when none is left.
    func removeScores(run: Int, limit: Int) async throws(StorageError) -> Int

    /// Forgets a run whose actions and scores were taken back, with its matches and what it added to sessions and
    /// projects.
    func removeRun(_ run: Int) async throws(StorageError)

    /// Actions for each day (UTC) and tool, recorded and imported ones apart.
    func dailyActions(from: Timestamp, through: Timestamp) async throws(StorageError) -> [DailyActions]
}

/// Rows as the store gave them out. What they say is read one by one, so that the next page can be on its way meanwhile.
package struct ImportedPage: Sendable {
    package let count: Int
    /// The id of the last row, nil if there is none.
    package let last: UUIDv7?
    private let row: @Sendable (Int) -> ImportedAction

    /// - Parameter row: The row with a number from 0 to `count`.
    init(count: Int, last: UUIDv7?, row: @escaping @Sendable (Int) -> ImportedAction) {
        self.count = count
        self.last = last
        self.row = row
    }

    package func forEach(_ body: (ImportedAction) -> Void) {
        for number in 0..<count { body(row(number)) }
    }

    package var actions: [ImportedAction] { (0..<count).map(row) }
}

/// Actions of one tool within one day.
package struct DailyActions: Equatable, Sendable {
    /// The start of the day in UTC.
    package var day: Timestamp
    package var toolName: String
    package var recorded: Int
    package var imported: Int

    package init(day: Timestamp, toolName: String, recorded: Int, imported: Int) {
        self.day = day
        self.toolName = toolName
        self.recorded = recorded
        self.imported = imported
    }
}
