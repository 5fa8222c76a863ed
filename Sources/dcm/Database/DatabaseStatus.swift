import ArgumentParser
import Bus
import Foundation
import Storage

/// `dcm database status`
struct DatabaseStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say what the store holds, whether or not a server runs."
    )

    @OptionGroup var store: StoreOptions

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() async throws {
        let kind = try store.storeLocation().kind
        let report = try await store.withAdministration { store throws(StorageError) in try await store.report() }
        print(json ? DatabaseStatus.json(report, kind) : DatabaseStatus.text(report, kind))
    }

    private static func text(_ report: StoreReport, _ kind: String) -> String {
        let version =
            report.schemaVersion == 0 ? "none: 'dcm database migrate' creates the tables" : "\(report.schemaVersion)"
        let newest = report.schemaVersion == report.knownVersion ? "" : " (this program knows \(report.knownVersion))"
        var lines = [
            line("store", kind), line("place", report.place), line("schema", version + newest),
            line("size", "\(report.bytes) bytes"), line("rejected", "\(report.rejected) records"),
        ]
        lines += report.tables.map { line($0.name, "\($0.rows) rows") }
        lines += report.marks.map { mark in
            line("journal", "\(mark.journalID) through \(mark.position.value), \(mark.updatedAt.iso8601)")
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ name: String, _ value: String) -> String {
        name.padding(toLength: 17, withPad: " ", startingAt: 0) + value
    }

    private static func json(_ report: StoreReport, _ kind: String) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.field("store", kind)
        json.field("place", report.place)
        json.field("schemaVersion", report.schemaVersion)
        json.field("knownVersion", report.knownVersion)
        json.field("sizeBytes", report.bytes)
        json.field("rejectedRecords", report.rejected)
        json.key("rows")
        json.beginObject()
        for table in report.tables { json.field(table.name, table.rows) }
        json.endObject()
        json.key("journals")
        json.beginArray()
        for mark in report.marks {
            json.beginObject()
            json.field("id", mark.journalID)
            json.field("position", mark.position.value)
            json.field("updatedAt", mark.updatedAt)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
