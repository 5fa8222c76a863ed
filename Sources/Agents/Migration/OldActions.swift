internal import Bus
internal import Storage

/// What became of a row of the old database.
enum Converted<Row: Equatable & Sendable>: Equatable, Sendable {
    case row(Row)
    /// Why it can't be stored.
    case rejected(String)
}

/// Rows of `tool_usage` as rows of `actions`. Only `tool_name` is needed; docs/migration.md has the rules.
///
/// It goes through the rows in their order, because one without a time gets that of the row before it.
struct OldActions: Sendable {
    static let table = "tool_usage"
    static let needed = "tool_name"
    /// The columns that make up a row's identity, in this order for ever: ids follow from it.
    static let identity = [
        "session_id", "tool_name", "tool_type", "file_paths", "exit_code", "duration_ms", "project_path", "created_at",
    ]
    private static let known = identity + ["success", "input", "output"]

    let columns: OldColumns
    /// The time of the last row that had one.
    private(set) var lastTime: Timestamp
    private let source: String
    /// Where a row has each column of `known`; looked up once, because a page has thousands of rows.
    private let indexes: [Int?]
    /// Room for what an id is made of, used again for each row.
    private var scratch: [UInt8] = []

    /// The columns of `known`, in their order.
    private enum Place: Int {
        case sessionID, toolName, toolType, filePaths, exitCode, duration, projectPath, createdAt
        case success, input, output

        var name: String { OldActions.known[rawValue] }
    }

    private static let wholeRange = Int(Int32.min)...Int(Int32.max)
    /// Bytes of a text that is kept as it was beside what was made of it.
    private static let maximumOriginal = 4096

    /// - Parameter lastTime: Where an earlier run of the same rows has ended.
    init(source: String, columns: [OldDatabase.Column], lastTime: Timestamp = Timestamp(milliseconds: 0)) {
        self.source = source
        self.columns = OldColumns(columns, known: OldActions.known)
        self.lastTime = lastTime
        indexes = OldActions.known.map { [columns = self.columns] in columns.index($0) }
    }

    mutating func convert(_ row: OldRow, run: Int = 0) -> Converted<ImportedAction> {
        var note = ImportNote(row: row.rowID)
        note.run = run
        guard let name = value(.toolName, row).trimmedText else { return .rejected("tool_name is missing") }
        guard name.string.utf8.count <= NewAction.maximumNameLength else {
            return .rejected("tool_name has more than \(NewAction.maximumNameLength) bytes")
        }
        if name.isRepaired { note.repaired.append("tool_name") }
        guard let time = time(of: row, &note) else { return .rejected("created_at is no time from 1970 to 9999") }
        var action = ActionRecord(
            id: ImportedID.make(
                source: source,
                row: row,
                indexes: indexes.prefix(OldActions.identity.count),
                at: time,
                in: &scratch
            ),
            toolName: name.string,
            toolType: ToolType.read(value(.toolType, row), toolName: name.string, &note).rawValue,
            createdAt: time
        )
        if let session = text(.sessionID, row, &note) {
            guard session.utf8.count <= NewAction.maximumNameLength else {
                return .rejected("session_id has more than \(NewAction.maximumNameLength) bytes")
            }
            action.sessionID = session
        }
        if let path = text(.projectPath, row, &note) {
            guard path.utf8.count <= NewAction.maximumPathLength else {
                return .rejected("project_path has more than \(NewAction.maximumPathLength) bytes")
            }
            action.projectPath = ProjectPath(path)?.string
        }
        readPaths(row, into: &action, &note)
        action.exitCode = whole(.exitCode, row, in: OldActions.wholeRange, &note) ?? outcome(row)
        action.durationMilliseconds = whole(.duration, row, in: 0...Int(Int32.max), &note)
        action.input = text(.input, row, &note).map { Redaction.redacted($0) }
        action.output = text(.output, row, &note).map { Redaction.redacted($0) }
        for other in columns.others { keep(row.values[other.index], of: other.name, &note) }
        return .row(ImportedAction(record: action, note: note))
    }

    private func value(_ place: Place, _ row: OldRow) -> OldValue {
        indexes[place.rawValue].map { row.values[$0] } ?? .null
    }

    private mutating func time(of row: OldRow, _ note: inout ImportNote) -> Timestamp? {
        let value = value(.createdAt, row)
        if value.isAbsent {
            note.repaired.append("created_at")
            return lastTime
        }
        guard let time = OldTime.timestamp(value) else { return nil }
        lastTime = time
        return time
    }

    private func text(_ place: Place, _ row: OldRow, _ note: inout ImportNote) -> String? {
        let value = value(place, row)
        guard !value.isAbsent, let text = value.repairedText else { return nil }
        if text.isRepaired { note.repaired.append(place.name) }
        return text.string
    }

    private func whole(
        _ place: Place,
        _ row: OldRow,
        in range: ClosedRange<Int>,
        _ note: inout ImportNote
    ) -> Int? {
        let value = value(place, row)
        guard !value.isAbsent else { return nil }
        let number = value.whole(in: range)
        if number?.isRepaired ?? true {
            note.repaired.append(place.name)
            keep(value, of: place.name, &note)
        }
        return number?.value
    }

    /// Some hooks wrote whether a call succeeded instead of its exit code.
    private func outcome(_ row: OldRow) -> Int? {
        let value = value(.success, row)
        switch value.trimmedText?.string.lowercased() {
        case "1", "true", "t", "yes": return 0
        case "0", "false", "f", "no": return 1
        default: return nil
        }
    }

    private func readPaths(_ row: OldRow, into action: inout ActionRecord, _ note: inout ImportNote) {
        let value = value(.filePaths, row)
        let paths = OldFilePaths(value)
        action.filePaths = paths.paths
        guard paths.isRepaired else { return }
        note.repaired.append("file_paths")
        keep(value, of: "file_paths", &note)
    }

    private func keep(_ value: OldValue, of column: String, _ note: inout ImportNote) {
        guard let text = value.repairedText?.string else { return }
        note.original[column] = String(decoding: text.utf8.prefix(OldActions.maximumOriginal), as: UTF8.self)
    }
}

extension ToolType {
    /// The type that the old database says, or what follows from the tool's name; then what was said is noted.
    static func read(_ value: OldValue, toolName: String, _ note: inout ImportNote) -> ToolType {
        guard let text = value.trimmedText?.string else { return ToolType(toolName: toolName) }
        if let type = ToolType(rawValue: text) ?? ToolType(rawValue: text.lowercased()) { return type }
        note.repaired.append("tool_type")
        note.original["tool_type"] = String(decoding: text.utf8.prefix(NewAction.maximumNameLength), as: UTF8.self)
        return ToolType(toolName: toolName)
    }
}
