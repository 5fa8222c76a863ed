import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

/// The columns that a hook's database has, all of them texts unless a test says otherwise.
private func columns(_ names: [String] = ["id"] + OldActions.identity) -> [OldDatabase.Column] {
    names.map { OldDatabase.Column(name: $0, type: "", isRowID: $0 == "id") }
}

private func text(_ string: String) -> OldValue { .text(Array(string.utf8)) }

struct OldActionsTests {
    /// A good row with some values changed.
    private func row(_ changes: [String: OldValue] = [:], id: Int64 = 7) -> OldRow {
        let good: [String: OldValue] = [
            "session_id": text("s"), "tool_name": text("Bash"), "tool_type": text("builtin"),
            "file_paths": text("/a"), "exit_code": .integer(0), "duration_ms": .integer(5),
            "project_path": text("/p"), "created_at": text("2025-07-01 10:00:00"),
        ]
        let values = OldActions.identity.map { changes[$0] ?? good[$0] ?? .null }
        return OldRow(rowID: id, values: values)
    }

    private func convert(_ changes: [String: OldValue]) -> Converted<ImportedAction> {
        var reader = OldActions(source: "routing.db", columns: columns())
        return reader.convert(row(changes))
    }

    private func converted(_ changes: [String: OldValue] = [:]) throws -> ImportedAction {
        guard case .row(let action) = convert(changes) else { throw Rejected() }
        return action
    }

    private struct Rejected: Error {}

    @Test func aGoodRowIsTakenAsItIs() throws {
        let action = try converted()
        #expect(action.record.toolName == "Bash" && action.record.toolType == "builtin")
        #expect(action.record.sessionID == "s" && action.record.projectPath == "/p")
        #expect(action.record.filePaths == ["/a"] && action.record.exitCode == 0)
        #expect(action.record.durationMilliseconds == 5 && action.record.createdAt.milliseconds == 1_751_364_000_000)
        #expect(action.note == ImportNote(row: 7))
    }

    @Test(arguments: [
        ("tool_name", OldValue.null), ("tool_name", text("  ")),
        ("tool_name", text(String(repeating: "x", count: 513))),
        ("created_at", text("soon")), ("created_at", .integer(-1)),
        ("session_id", text(String(repeating: "x", count: 513))),
        ("project_path", text(String(repeating: "x", count: 4097))),
    ])
    func aRowThatCanNotBeStoredIsRejectedForThatColumn(column: String, value: OldValue) {
        guard case .rejected(let reason) = convert([column: value]) else {
            Issue.record("\(column) \(value) was taken")
            return
        }
        #expect(reason.hasPrefix(column))
    }

    @Test(
        arguments: [
            (text("wizard"), "mcp__x", "mcp", true), (.null, "/go", "command", false),
            (text(" MCP "), "Bash", "mcp", false),
            (text("wizard"), "swift-expert", "agent", true), (text("nothing"), "Skill", "skill", true),
        ] as [(OldValue, String, String, Bool)]
    )
    func anUnknownTypeFollowsFromTheName(type: OldValue, tool: String, expected: String, isNoted: Bool) throws {
        let action = try converted(["tool_type": type, "tool_name": text(tool)])
        #expect(action.record.toolType == expected)
        #expect(action.note.repaired.contains("tool_type") == isNoted)
        #expect((action.note.original["tool_type"] != nil) == isNoted)
    }

    @Test(
        arguments: [
            ("exit_code", text("1"), 1, false), ("exit_code", text(" 2.0 "), 2, false),
            ("exit_code", .null, nil, false),
            ("exit_code", text("failed"), nil, true), ("exit_code", .integer(1 << 40), nil, true),
            ("exit_code", .real(1.4), 1, true), ("duration_ms", text("12.6"), 13, true),
            ("duration_ms", .integer(-1), nil, true),
            ("duration_ms", .real(.nan), nil, true), ("duration_ms", text(""), nil, false),
        ] as [(String, OldValue, Int?, Bool)]
    )
    func numbersAreReadInEveryForm(column: String, value: OldValue, expected: Int?, isNoted: Bool) throws {
        let action = try converted([column: value])
        let read = column == "exit_code" ? action.record.exitCode : action.record.durationMilliseconds
        #expect(read == expected)
        #expect(action.note.repaired == (isNoted ? [column] : []))
        #expect((action.note.original[column] != nil) == isNoted)
    }

    @Test func textsThatNoStoreTakesAreRepaired() throws {
        let action = try converted([
            "session_id": .text([0x61, 0, 0x62]), "tool_name": .blob([0xFF, 0x78]), "project_path": text("/p//"),
        ])
        #expect(action.record.sessionID == "a\u{FFFD}b" && action.record.toolName == "\u{FFFD}x")
        #expect(action.record.projectPath == "/p")
        #expect(Set(action.note.repaired) == ["session_id", "tool_name"])
    }

    @Test func aRowWithoutATimeHasThatOfTheRowBefore() throws {
        var reader = OldActions(source: "s", columns: columns())
        var times: [Int64] = []
        for value in [.null, text("2025-07-01 10:00:00"), text(" "), .integer(1_751_364_001), .null] as [OldValue] {
            guard case .row(let action) = reader.convert(row(["created_at": value])) else { throw Rejected() }
            times.append(action.record.createdAt.milliseconds)
        }
        #expect(times == [0, 1_751_364_000_000, 1_751_364_000_000, 1_751_364_001_000, 1_751_364_001_000])
    }

    @Test func onlyTheNameIsNeededAndOtherColumnsAreKept() throws {
        var reader = OldActions(source: "s", columns: columns(["TOOL_NAME", "success", "mood", "input"]))
        let values = [text("Read"), text("false"), text("good"), text("a password=hunter2hunter2")]
        guard case .row(let action) = reader.convert(OldRow(rowID: 1, values: values)) else { throw Rejected() }
        #expect(action.record.toolName == "Read" && action.record.exitCode == 1)
        #expect(action.note.original == ["mood": "good"])
        #expect(action.record.input?.contains("hunter2") == false, "secrets are not taken over")
        #expect(action.record.keywords.isEmpty, "what was learnt comes with the scores")
    }

    @Test func theIDFollowsFromTheRow() throws {
        let id = try converted().record.id
        #expect(try converted().record.id == id)
        #expect(id.description.dropFirst(14).first == "8" && "89ab".contains(id.description.dropFirst(19).prefix(1)))
        #expect(Int64(id.high >> 16) == 1_751_364_000_000)
        var ids: Set<UUIDv7> = [id]
        for (column, value) in [
            ("session_id", text("t")), ("session_id", .null), ("session_id", .blob(Array("s".utf8))),
            ("exit_code", text("0")),
            ("exit_code", .real(0)), ("file_paths", text("/b")),
        ] as [(String, OldValue)] {
            #expect(ids.insert(try converted([column: value]).record.id).inserted, "\(column) \(value)")
        }
        var other = OldActions(source: "other", columns: columns())
        guard case .row(let renamed) = other.convert(row()) else { throw Rejected() }
        #expect(ids.insert(renamed.record.id).inserted)
        var reader = OldActions(source: "routing.db", columns: columns())
        guard case .row(let moved) = reader.convert(row(id: 8)) else { throw Rejected() }
        #expect(ids.insert(moved.record.id).inserted)
    }

    /// Whatever is in the columns: a row is stored with values that the store takes, or it is rejected with a reason.
    @Test(arguments: 0..<20)
    func everyRowIsStorableOrRejected(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var reader = OldActions(source: "s", columns: columns())
        for index in 0..<300 {
            let changes = OldActions.identity.filter { _ in Bool.random(using: &random) }.map {
                ($0, OldActionsTests.value(&random))
            }
            switch reader.convert(row(Dictionary(uniqueKeysWithValues: changes), id: Int64(index))) {
            case .rejected(let reason): #expect(!reason.isEmpty)
            case .row(let action):
                let record = action.record
                let new = NewAction(
                    toolName: record.toolName,
                    toolType: ToolType(rawValue: record.toolType) ?? .skill,
                    filePaths: record.filePaths,
                    exitCode: record.exitCode,
                    durationMilliseconds: record.durationMilliseconds,
                    sessionID: record.sessionID,
                    projectPath: record.projectPath
                )
                #expect(new.problems.isEmpty)
                #expect(ToolType(rawValue: record.toolType) != nil)
                #expect(ImportNote(json: action.note.json) == action.note)
            }
        }
    }

    private static func value(_ random: inout SeededGenerator) -> OldValue {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .null
        case 1: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 2: return .real(Double(bitPattern: UInt64.random(in: 0...(.max), using: &random)))
        case 3:
            return .blob((0..<Int.random(in: 0..<9, using: &random)).map { _ in .random(in: 0...255, using: &random) })
        default:
            let pieces = ["[", "\"", "/a", ",", "\n", "\0", "é", "2025-07-01", " ", "12", "{", "]", "mcp__x", "true"]
            return text(
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                    .joined()
            )
        }
    }
}
