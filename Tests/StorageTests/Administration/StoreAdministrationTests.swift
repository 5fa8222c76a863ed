import Bus
import Foundation
import TestSupport
import Testing

@testable import Storage

struct StoreAdministrationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: StoreKind.allCases)
    func aMigrationSaysWhatItDid(kind: StoreKind) async throws {
        let administration = StoreAdministration(try await kind.location(), folder: folder.path)
        let first = try await administration.migrate()
        #expect(first == SchemaChange(from: 0, to: first.to, createdDatabase: kind == .postgres))
        #expect(first.to > 0)
        #expect(try await administration.migrate() == SchemaChange(from: first.to, to: first.to))
    }

    @Test func anEmbeddedStoreInUseIsNotMigrated() async throws {
        let durable = try await StoreKind.sqlite.open([], in: folder)
        let administration = StoreAdministration(.embedded, folder: folder.path)
        let error = await #expect(throws: StorageError.self) { try await administration.migrate() }
        #expect(error?.code == .folderInUse)
        try await durable.close()
    }

    @Test(arguments: StoreKind.allCases)
    func aReportCountsWhatARunningServerHasStored(kind: StoreKind) async throws {
        let location = try await kind.location()
        let records = (0..<3).map {
            JournalRecord.action(sampleAction(session: "s\($0)", project: "/p", keywords: ["k"]))
        }
        let durable = try await kind.open(records, in: folder, at: location)
        let report = try await StoreAdministration(location, folder: folder.path).report()
        let rows = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.name, $0.rows) })
        #expect(rows["actions"] == 3)
        #expect(rows["sessions"] == 3)
        #expect(rows["projects"] == 1)
        #expect(rows["routing_scores"] == 1)
        #expect(rows["messages"] == 0)
        #expect(report.schemaVersion == report.knownVersion)
        #expect(report.rejected == 0)
        #expect(report.bytes > 0)
        #expect(report.marks.map(\.position) == [durable.figures.writer.mark])
        try await durable.close()
    }

    @Test func aReportWithoutAStoreSaysSo() async throws {
        let error = await #expect(throws: StorageError.self) {
            try await StoreAdministration(.embedded, folder: folder.path).report()
        }
        #expect(error?.code == .notFound)
        let database = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        let absent = await #expect(throws: StorageError.self) {
            try await StoreAdministration(.postgres(database), folder: folder.path).report()
        }
        #expect(absent?.code == .unreadable)
        let empty = try await PostgresServer.shared().options()
        let report = try await StoreAdministration(.postgres(empty), folder: folder.path).report()
        #expect(report.schemaVersion == 0)
        #expect(report.tables == [])
    }

    @Test func aCopyIsOneMomentOfAStoreThatIsWrittenMeanwhile() async throws {
        let output = String(repeating: "x", count: 2000)
        func record() -> JournalRecord {
            var action = sampleAction(session: "s")
            action.output = output
            return .action(action)
        }
        let durable = try await StoreKind.sqlite.open((0..<3000).map { _ in record() }, in: folder)
        let appended = Watched(0)
        let writing = Task {
            while !Task.isCancelled {
                try await durable.append(record())
                try await durable.flush()
                appended.update { $0 += 1 }
            }
        }
        await appended.wait { $0 > 2 }
        var parts: [Double] = []
        let administration = StoreAdministration(.embedded, folder: folder.path)
        try administration.copyEmbedded(to: folder.file("copy.db")) { parts.append($0) }
        writing.cancel()
        _ = try? await writing.value
        #expect(parts.last == 1)
        #expect(parts == parts.sorted())
        #expect(!FileManager.default.fileExists(atPath: folder.file("copy.db.partial")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("copy.db-wal")))
        let report = try SQLiteReport.report(on: folder.file("copy.db"))
        let actions = report.tables.first { $0.name == "actions" }?.rows ?? 0
        #expect(actions > 3000)
        #expect(report.marks.first?.position.value == Int64(actions), "rows and mark are of one moment")
        try await durable.close()
    }

    @Test func aCopyOverwritesNothing() async throws {
        try await StoreKind.sqlite.open([], in: folder).close()
        let copy = folder.file("copy.db")
        try "precious".write(toFile: copy, atomically: false, encoding: .utf8)
        let administration = StoreAdministration(.embedded, folder: folder.path)
        #expect(throws: StorageError.self) { try administration.copyEmbedded(to: copy) { _ in } }
        #expect(try String(contentsOfFile: copy, encoding: .utf8) == "precious")
        #expect(!FileManager.default.fileExists(atPath: "\(copy).partial"))
    }
}
