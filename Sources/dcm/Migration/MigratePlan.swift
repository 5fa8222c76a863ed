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
        let target = await PlanTarget(store)
        print(json ? try target.added(to: plan.json) : "\(plan.text)\n\(target.text)")
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
}
