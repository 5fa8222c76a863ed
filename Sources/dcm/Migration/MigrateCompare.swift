import ArgumentParser
import Foundation

/// `dcm migrate compare`
struct MigrateCompare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the calls of each day and tool with those of the old database.",
        discussion: "The exit status is 0 when both have the same, 2 when they differ."
    )

    @OptionGroup var source: SourceOptions
    @OptionGroup var server: ServerForDuration

    @Option(help: "How many days, today included; days are those of UTC.")
    var days = 14

    @Flag(help: "Print it as JSON.")
    var json = false

    func run() async throws {
        let arguments: [String: Any] = [
            "type": "comparison", "from": source.path, "source": source.source, "days": days,
        ]
        let job = try await server.run { client in try await client.perform(arguments, showsProgress: false) }
        guard job.state == "completed" else {
            throw CommandError("The comparison \(job.outcome).")
        }
        print(json ? job.reportText : MigrateCompare.text(job))
        if job.report["differences"].map({ !($0 as? [Any] ?? []).isEmpty }) ?? true { throw MigrateCommand.incomplete }
    }

    private static func text(_ job: JobAnswer) -> String {
        func row(_ fields: [Any]) -> String {
            zip(fields, [12, 30, 10, 10, 10, 10]).map { field, width in
                "\(field)".padding(toLength: max(width, "\(field)".count + 1), withPad: " ", startingAt: 0)
            }.joined()
        }
        var lines = [row(["day", "tool", "old", "recorded", "imported", ""])]
        for line in job.report["lines"] as? [[String: Any]] ?? [] {
            let numbers = ["old", "recorded", "imported"].map { line[$0] as? Int ?? 0 }
            let mark = numbers[0] == numbers[1] + numbers[2] ? "" : "differs"
            lines.append(row([line["day"] ?? "", line["toolName"] ?? ""] + numbers + [mark]))
        }
        lines.append("\(job.report["verdict"] ?? "")")
        return lines.joined(separator: "\n")
    }
}
