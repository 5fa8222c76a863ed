import Agents
import ArgumentParser
import Foundation

/// `dcm migrate`
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Take over the history of the old ~/.claude/routing.db.",
        discussion: """
            'plan' shows what would be done and touches nothing, 'apply' does it and proves it, 'rollback' takes it back. \
            The old database is only read. Each is carried out by the server of the data folder, or by one that is \
            started for as long as it takes.
            """,
        subcommands: [
            MigratePlan.self, MigrateApply.self, MigrateFollow.self, MigrateCompare.self, MigrateRollback.self,
            MigrateStatus.self,
        ]
    )

    /// Everything is in, and more than that is to be said: rows were rejected, or what was compared differs.
    static let incomplete = ExitCode(2)
}

/// Which old database is meant.
struct SourceOptions: ParsableArguments {
    @Option(help: "The old database. (default: ~/.claude/routing.db)", completion: .file())
    var from: String?

    @Option(
        help: """
            What it is called here. Rows are recognised by it when they are read again; databases of several machines \
            that go into one store need several names.
            """
    )
    var source = SourceOptions.defaultName

    static let defaultName = "routing.db"

    var path: String {
        URL(filePath: from ?? MigrationArguments.defaultPath).standardizedFileURL.path(percentEncoded: false)
    }
}

/// How a command that changes something is allowed to.
struct ConsentOption: ParsableArguments {
    @Flag(help: "Don't ask.")
    var yes = false

    /// Asks on a terminal; elsewhere `--yes` is needed.
    func ask(_ question: String) throws {
        if yes { return }
        guard isatty(STDIN_FILENO) == 1 else { throw CommandError("\(question) Say so with --yes.") }
        print("\(question) [y/N] ", terminator: "")
        fflush(nil)
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw CommandError("Nothing was changed.")
        }
    }
}
