internal import Bus
internal import Storage

/// A row whose values would be changed, and how.
struct PlanSample: Codable, Equatable, Sendable {
    /// One value, as JSON before and after.
    struct Change: Codable, Equatable, Sendable {
        var column: String
        var from: String
        var to: String
    }

    var table: String
    var rowID: Int64
    var changes: [Change]

    /// What stands in the old database.
    static func text(_ value: OldValue) -> String { json { $0.write(value) } }

    /// What a column of an action becomes.
    static func text(_ column: String, of action: ActionRecord) -> String {
        switch column {
        case "session_id": text(action.sessionID)
        case "tool_name": text(action.toolName)
        case "tool_type": text(action.toolType)
        case "file_paths": text(action.filePaths)
        case "exit_code": text(action.exitCode)
        case "duration_ms": text(action.durationMilliseconds)
        case "project_path": text(action.projectPath)
        case "input": text(action.input)
        case "output": text(action.output)
        default: text(action.createdAt.iso8601)
        }
    }

    /// What a column of a score becomes.
    static func text(_ column: String, of score: ImportedScore) -> String {
        switch column {
        case "keyword": text(score.key.keyword)
        case "tool_name": text(score.key.toolName)
        case "tool_type": text(score.key.toolType)
        case "score": json { $0.value(score.row.score.value) }
        case "success_count": text(score.row.successCount)
        default: text(score.row.lastUsed.iso8601)
        }
    }

    private static func text(_ string: String?) -> String {
        json { json in
            if let string { json.value(string) } else { json.null() }
        }
    }

    private static func text(_ number: Int?) -> String { number.map(String.init) ?? "null" }

    private static func text(_ strings: [String]) -> String {
        json { json in
            json.beginArray()
            for string in strings { json.value(string) }
            json.endArray()
        }
    }

    private static func json(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
