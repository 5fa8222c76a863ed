internal import Foundation
internal import Storage

/// What a migration is asked to do, as `POST /api/jobs` gives it.
package struct MigrationArguments: Equatable, Sendable {
    /// The file of the old database.
    var from: String
    /// What the old database is called. Ids of its rows follow from it: the same rows under another name are others.
    var source: String
    var merge: ScoreMerge

    static let defaultSource = "routing.db"

    /// Where the old hook has its database. A shell's `~` is HOME, which need not be the home of the user's account.
    package static var defaultPath: String {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? NSHomeDirectory()
        return "\(home)/.claude/routing.db"
    }

    init(_ arguments: JobArguments) throws(AgentsError) {
        var arguments = arguments
        from = arguments.text("from") ?? MigrationArguments.defaultPath
        source = arguments.text("source") ?? MigrationArguments.defaultSource
        let scores = arguments.text("scores") ?? ScoreMerge.keepLarger.rawValue
        merge = ScoreMerge(rawValue: scores) ?? .keepLarger
        if ScoreMerge(rawValue: scores) == nil {
            let known = ScoreMerge.allCases.map(\.rawValue).joined(separator: ", ")
            arguments.problem("scores", "expected one of \(known)")
        }
        if !from.hasPrefix("/") { arguments.problem("from", "expected an absolute path") }
        if source.utf8.count > NewAction.maximumNameLength { arguments.problem("source", "at most 512 bytes") }
        try arguments.check()
    }
}

/// The files of one migration, in the data folder.
struct MigrationFiles: Sendable {
    private let base: String

    init(folder: String, jobID: UUIDv7) throws(AgentsError) {
        let directory = "\(folder)/migration"
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw AgentsError(.internalFailure, "The folder \(directory) can't be created")
        }
        base = "\(directory)/\(jobID)"
    }

    /// The old database as it was when the migration began; stays as its backup.
    var picture: String { "\(base).db" }
    /// Rows that could not be stored, a JSON object on each line.
    var rejected: String { "\(base).rejected.jsonl" }

    /// For what needs the picture only while it works.
    func removePicture() { try? FileManager.default.removeItem(atPath: picture) }

    var report: String { "\(base).report.json" }
    var text: String { "\(base).report.txt" }
}
