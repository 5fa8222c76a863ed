internal import Bus
internal import Storage

/// Both sides day by day and tool by tool: the question of the weeks in which both hooks run.
struct ComparisonJob: JobWork {
    private let room: MigrationRoom
    private let arguments: MigrationArguments
    private let days: Int

    private static let dayMilliseconds: Int64 = 86_400_000

    init(room: MigrationRoom, _ arguments: JobArguments) throws(AgentsError) {
        var arguments = arguments
        self.room = room
        self.arguments = try MigrationArguments(arguments)
        days = Int(min(arguments.number("days") ?? 14, 100_000))
        try arguments.check()
    }

    func run(_ context: JobContext) async throws(AgentsError) -> String {
        try await EventLoop.withYielding(name: "dcm-compare") { (loop) async throws(AgentsError) in
            try await run(context, on: loop)
        }
    }

    private func run(_ context: JobContext, on loop: EventLoop) async throws(AgentsError) -> String {
        let files = try MigrationFiles(folder: room.folder, jobID: context.id)
        // What is recorded up to now is in the store when the old database is looked at.
        do { try await room.journal.flush() } catch { throw AgentsError(error) }
        _ = try await room.takePicture(arguments.from, files.picture)
        defer { files.removePicture() }
        let old: OldDatabase
        do { old = try OldDatabase(path: files.picture, on: loop) } catch { throw .unusable(error) }
        let result: Result<String, AgentsError>
        do throws(AgentsError) { result = .success(try await compare(old, context)) } catch { result = .failure(error) }
        try? await old.close()
        return try result.get()
    }

    private func compare(_ old: OldDatabase, _ context: JobContext) async throws(AgentsError) -> String {
        let today = context.startedAt.milliseconds / ComparisonJob.dayMilliseconds
        let first = (today - Int64(days) + 1) * ComparisonJob.dayMilliseconds
        var comparison = Comparison()
        let schema = try await OldSchema(old, path: arguments.from)
        if let columns = schema.actions {
            let pages = ActionPages(old: old, columns: columns, source: arguments.source, limit: room.store.mostRows)
            var position = SourcePosition()
            while let page = try await pages.next(after: position.rowID, position.lastTime) {
                try context.check()
                for action in page.actions where action.record.createdAt.milliseconds >= first {
                    comparison.addOld(action.record.createdAt, action.record.toolName)
                }
                comparison.rejected += page.rejected.count
                context.took(rows: page.read)
                position.rowID = page.lastRowID
                position.lastTime = page.lastTime.milliseconds
            }
        }
        do {
            let found = try await room.store.dailyActions(
                from: Timestamp(milliseconds: first),
                through: Timestamp(milliseconds: .max)
            )
            for day in found { comparison.add(day) }
        } catch {
            throw AgentsError(error)
        }
        return MigrationJSON.text(comparison.report)
    }
}

/// Calls by day and tool on both sides.
struct Comparison: Sendable {
    private struct Key: Hashable, Comparable {
        var day: String
        var toolName: String

        static func < (left: Key, right: Key) -> Bool { (left.day, left.toolName) < (right.day, right.toolName) }
    }

    /// One day and tool.
    struct Line: Codable, Equatable, Sendable {
        var day: String
        var toolName: String
        /// In the old database.
        var old: Int
        /// Recorded here, and stored here from the old database.
        var recorded: Int
        var imported: Int

        var differs: Bool { old != recorded + imported }
    }

    struct Report: Codable, Equatable, Sendable {
        var lines: [Line]
        var differences: [Line]
        /// Rows of the old database that can't be told a day or a tool.
        var rejected: Int
        var verdict: String
    }

    private var lines: [Key: Line] = [:]
    var rejected = 0

    mutating func addOld(_ time: Timestamp, _ toolName: String) {
        change(time, toolName) { $0.old += 1 }
    }

    mutating func add(_ found: DailyActions) {
        change(found.day, found.toolName) { line in
            line.recorded += found.recorded
            line.imported += found.imported
        }
    }

    private mutating func change(_ time: Timestamp, _ toolName: String, _ change: (inout Line) -> Void) {
        let day = String(time.iso8601.prefix(10))
        let empty = Line(day: day, toolName: toolName, old: 0, recorded: 0, imported: 0)
        change(&lines[Key(day: day, toolName: toolName), default: empty])
    }

    var report: Report {
        let lines = lines.sorted { $0.key < $1.key }.map(\.value)
        let differences = lines.filter(\.differs)
        let old = lines.reduce(0) { $0 + $1.old }
        let here = lines.reduce(0) { $0 + $1.recorded + $1.imported }
        let days = Set(lines.map(\.day)).count
        let verdict =
            differences.isEmpty
            ? "the same: \(old) calls in \(days) days"
            : "different in \(differences.count) of \(lines.count) lines: \(old) calls in the old database, \(here) here"
        return Report(lines: lines, differences: differences, rejected: rejected, verdict: verdict)
    }
}
