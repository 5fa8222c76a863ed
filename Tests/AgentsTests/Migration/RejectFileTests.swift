import Foundation
import Storage
import TestSupport
import Testing

@testable import Agents

struct RejectFileTests {
    private func row(_ id: Int64, _ values: [OldValue] = [.null]) -> RejectedRow {
        RejectedRow(table: "t", columns: ["a", "b"], row: OldRow(rowID: id, values: values), reason: "r")
    }

    @Test func aLineLosesNothing() {
        let values: [OldValue] = [.text([0x61, 0xFF]), .blob([0, 0xAB])]
        let expected = #"{"table":"t","rowid":3,"reason":"r","row":{"a":{"hex":"61ff"},"b":{"hex":"00ab"}}}"#
        #expect(String(decoding: row(3, values).json, as: UTF8.self) == expected)
        let plain = #"{"table":"t","rowid":3,"reason":"r","row":{"a":"é\u0000","b":1.5}}"#
        #expect(String(decoding: row(3, [.text(Array("é\0".utf8)), .real(1.5)]).json, as: UTF8.self) == plain)
    }

    @Test func whatWasWrittenBehindTheCheckpointIsWrittenOnce() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = "\(folder.path)/rejected"
        let first = try RejectFile.append([row(1)], to: path, after: 0)
        // The transaction behind this one was lost.
        _ = try RejectFile.append([row(2), row(3)], to: path, after: first)
        _ = try RejectFile.append([row(2)], to: path, after: first)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 && lines[1].contains("\"rowid\":2"))
    }
}
