import Foundation
import Storage

/// What the store holds before a migration, and what room there is for more.
struct PlanTarget {
    private let place: String
    /// Nil if the store could not be looked at; `problem` says why.
    private let rows: [(table: String, count: Int)]?
    private let problem: String?
    private let freeBytes: Int?

    private static let tables = ["actions", "sessions", "routing_scores"]

    init(_ store: StoreOptions) async {
        let folder = store.location.path
        // The folder may not be there yet; then it will be on the disk of one above it.
        var there = URL(filePath: folder)
        while !FileManager.default.fileExists(atPath: there.path), there.path != "/" { there.deleteLastPathComponent() }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: there.path)
        freeBytes = attributes?[.systemFreeSize] as? Int
        if case .embedded? = try? store.storeLocation(),
            !FileManager.default.fileExists(atPath: "\(folder)/store.db")
        {
            place = "a new store in \(folder)"
            rows = PlanTarget.tables.map { ($0, 0) }
            problem = nil
            return
        }
        do {
            let report = try await store.withAdministration { store throws(StorageError) in try await store.report() }
            place = report.place
            rows = PlanTarget.tables.map { name in (name, report.tables.first { $0.name == name }?.rows ?? 0) }
            problem = nil
        } catch {
            place = "the store"
            rows = nil
            problem = "\(error)"
        }
    }

    var text: String {
        func line(_ name: String, _ value: String) -> String {
            name.padding(toLength: 20, withPad: " ", startingAt: 0) + value
        }
        var lines = [line("target", place)]
        if let rows { lines.append(line("", rows.map { "\($0.count) \($0.table)" }.joined(separator: ", "))) }
        if let problem { lines.append(line("", problem)) }
        if let freeBytes { lines.append(line("free space", "\(freeBytes) bytes")) }
        return lines.joined(separator: "\n")
    }

    /// The JSON of a plan with `target` in it.
    func added(to plan: String) throws -> String {
        var target: [String: Any] = ["place": place]
        target["rows"] = rows.map { Dictionary($0.map { ($0.table, $0.count) }) { first, _ in first } }
        target["problem"] = problem
        target["freeBytes"] = freeBytes
        var fields = try JSONSerialization.jsonObject(with: Data(plan.utf8)) as? [String: Any] ?? [:]
        fields["target"] = target
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try JSONSerialization.data(withJSONObject: fields, options: options), as: UTF8.self)
    }
}
