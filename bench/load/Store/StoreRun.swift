import Agents
import Bus
import Foundation
import Storage

/// A journal full of actions, and the way of its records into a PostgreSQL database.
struct StoreRun {
    let location: StoreLocation
    let actions: StoreActions

    /// Appends under way at once while the journal is filled; they share its commits.
    private static let appenders = 512
    /// Milliseconds that the store may take for everything.
    private static let patience: UInt64 = 600_000

    /// Creates the tables, so that they are not part of what is measured.
    func createTables() async throws {
        try await withFolder { folder in
            let store = try await open(folder, location)
            try await store.flush(milliseconds: StoreRun.patience)
            try await store.close()
        }
    }

    /// How many rows go from the journal into the tables, and what that costs on this side. The clock starts when a batch
    /// is in that ends after the store was opened: connecting and looking at the tables is no part of it.
    func drain(rows: Int) async throws -> (rows: Int, expense: Expense) {
        try await withFolder { folder in
            try await fill(folder, rows: rows)
            // It returns after two seconds at the latest; what is in by then doesn't count.
            let store = try await open(folder, location)
            let early = store.figures.writer.records
            guard early < UInt64(rows) else { throw BenchError("all rows were in before the clock started: use more") }
            while store.figures.writer.records == early { try await Task.sleep(for: .microseconds(200)) }
            let first = store.figures.writer.records
            let watch = try Expense.start(of: nil)
            try await store.flush(milliseconds: StoreRun.patience)
            let expense = try watch.stop()
            let figures = store.figures.writer
            guard figures.records == UInt64(rows), figures.rejected == 0, first < figures.records else {
                throw BenchError("the store took \(figures.records) of \(rows) records")
            }
            try await store.close()
            return (Int(figures.records - first), expense)
        }
    }

    /// How long single records take from the journal into the store that has nothing else to do.
    func idleDelays(records: Int) async throws -> Histogram {
        try await withFolder { folder in
            let store = try await open(folder, location)
            try await store.flush(milliseconds: StoreRun.patience)
            var delays = Histogram()
            for index in 0..<records {
                // The writer is at rest again: what came before is not part of this.
                try await Task.sleep(for: .milliseconds(20))
                let position = try await store.append(.action(actions.action(index)))
                let start = Nanoseconds.now()
                // Asking for a flush would end the gathering.
                while store.figures.writer.mark < position { try await Task.sleep(for: .microseconds(50)) }
                delays.record(Nanoseconds.now() - start)
            }
            try await store.close()
            return delays
        }
    }

    /// A store at an address where nobody is takes nothing, and the journal keeps everything.
    private func fill(_ folder: String, rows: Int) async throws {
        let nowhere = PostgresOptions(host: folder, port: nil, database: nil, user: nil, password: nil)
        let store = try await open(folder, .postgres(nowhere))
        try await withThrowingTaskGroup { group in
            for first in 0..<StoreRun.appenders {
                group.addTask {
                    for index in stride(from: first, to: rows, by: StoreRun.appenders) {
                        try await store.append(.action(actions.action(index)))
                    }
                }
            }
            try await group.waitForAll()
        }
        try await store.close(flushMilliseconds: 0)
    }

    private func open(_ folder: String, _ location: StoreLocation) async throws -> DurableStore {
        var limits = JournalLimits()
        limits.size = 8 << 30
        limits.file = 16 << 30
        return try await DurableStore.open(folder: folder, location: location, limits: limits, learning: .rules)
    }

    private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dcm-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }
}
