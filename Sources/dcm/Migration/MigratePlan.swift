import Agents
import ArgumentParser
import Foundation
import Storage

/// `dcm migrate plan`
struct MigratePlan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what would be migrated and how, without touching anything.",
        discussion: "The exit status is 0 when every row could be stored, 2 when some could not, 1 when nothing could."
    )

    @OptionGroup var source: SourceOptions
    @OptionGroup var store: StoreOptions

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() async throws {
        let plan = try await MigratePlan.make(source)
        print(json ? plan.json : plan.text)
        if !json { print(await target()) }
        guard plan.isPossible else { throw ExitCode.failure }
        if plan.rejected > 0 { throw MigrateCommand.incomplete }
    }

    static func make(_ source: SourceOptions) async throws -> MigrationPlan {
        umask(0o077)
        let picture = "\(NSTemporaryDirectory())/dcm-plan-\(UUID().uuidString).db"
        defer { try? FileManager.default.removeItem(atPath: picture) }
        do {
            return try await MigrationPlan.make(from: source.path, source: source.source, picture: picture)
        } catch {
            throw CommandError("\(error).")
        }
    }

    /// What the store holds now, and what room there is for more.
    private func target() async -> String {
        func line(_ name: String, _ value: String) -> String {
            name.padding(toLength: 20, withPad: " ", startingAt: 0) + value
        }
        var lines: [String] = []
        if let report = try? await store.withAdministration({ store throws(StorageError) in try await store.report() })
        {
            let rows = report.tables.filter { ["actions", "sessions", "routing_scores"].contains($0.name) }
            lines.append(line("target", report.place))
            lines.append(line("", rows.map { "\($0.rows) \($0.name)" }.joined(separator: ", ")))
        } else {
            lines.append(line("target", "a new store in \(store.location.path)"))
        }
        let folder = FileManager.default.fileExists(atPath: store.location.path) ? store.location.path : "/"
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        if let free = attributes?[.systemFreeSize] as? Int { lines.append(line("free space", "\(free) bytes")) }
        return lines.joined(separator: "\n")
    }
}
