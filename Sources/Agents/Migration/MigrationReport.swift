internal import Bus
internal import Foundation
internal import Storage

/// What a migration did, for people and programs.
struct MigrationReport: Codable, Equatable, Sendable {
    var source: String
    var from: String
    var scorePolicy: String
    var run: Int
    var startedAt: String
    var endedAt: String
    /// The old database as it was, kept as its backup.
    var backup: String
    var pictureMethod: String
    var pictureBytes: Int64
    /// How long writers of the old database met a lock while it was copied.
    var lockMilliseconds: Double
    /// Writes that were refused meanwhile: so many were seen, there may have been more. Nil: nobody looked.
    var refusedWrites: Int?
    var actions: TableCounts
    var scores: TableCounts
    /// Rows of the source whose keywords are one here.
    var joinedScores: Int
    /// Rows of the source that are not here, or with other values; rows here that the source has lost since.
    var missing: Int
    var changed: Int
    var extra: Int
    /// Nil if no row was rejected.
    var rejectedRows: String?
    /// Tables and columns that have no place here; columns are kept in the metadata of each row.
    var otherTables: [String]
    var otherColumns: [String]
    var missingTables: [String]
    var isVerified: Bool
    /// How long the last attempt worked on each part.
    var seconds = Seconds()

    struct Seconds: Codable, Equatable, Sendable {
        var actions = 0.0
        var scores = 0.0
        var verification = 0.0
    }

    init(
        arguments: MigrationArguments,
        schema: OldSchema,
        files: MigrationFiles,
        checkpoint: MigrationCheckpoint,
        differences: Differences,
        startedAt: Timestamp,
        endedAt: Timestamp
    ) {
        source = arguments.source
        from = arguments.from
        scorePolicy = arguments.merge.rawValue
        run = checkpoint.run
        self.startedAt = startedAt.iso8601
        self.endedAt = endedAt.iso8601
        backup = files.picture
        pictureMethod = checkpoint.picture.method
        pictureBytes = checkpoint.picture.bytes
        lockMilliseconds = checkpoint.picture.lockMilliseconds
        refusedWrites = checkpoint.picture.refusedWrites
        actions = checkpoint.actions
        scores = checkpoint.scores
        joinedScores = checkpoint.joinedScores
        missing = differences.missing
        changed = differences.changed
        extra = differences.extra
        rejectedRows = actions.rejected + scores.rejected > 0 ? files.rejected : nil
        otherTables = schema.others
        otherColumns = schema.actions.map { OldActions(source: "", columns: $0).columns.others.map(\.name) } ?? []
        missingTables =
            (schema.actions == nil ? [OldActions.table] : []) + (schema.scores == nil ? [OldScores.table] : [])
        let isComplete = actions.read == schema.actionCount && scores.read == schema.scoreCount
        let isAccounted =
            actions.read + extra == actions.imported + actions.present + actions.matched + actions.rejected
        isVerified = missing == 0 && changed == 0 && isComplete && isAccounted
    }

    /// One line.
    var verdict: String {
        if isVerified {
            let rejected = actions.rejected + scores.rejected
            return "verified: every row of the source is here"
                + (rejected == 0 ? "" : ", but for \(rejected) rejected ones")
        }
        return "\(missing) rows are missing and \(changed) have other values; "
            + "\(actions.read) rows were read, \(actions.imported) imported, \(actions.present) there before, "
            + "\(actions.matched) recorded otherwise, \(actions.rejected) rejected"
    }

    var json: String { MigrationJSON.text(self) }

    var text: String {
        func line(_ name: String, _ value: String) -> String {
            name.padding(toLength: 20, withPad: " ", startingAt: 0) + value
        }
        func counts(_ counts: TableCounts) -> String {
            "\(counts.read) read, \(counts.imported) imported, \(counts.present) there before, \(counts.matched) matched, "
                + "\(counts.rejected) rejected, \(counts.repaired) repaired"
        }
        var lines = [
            line("source", "\(from) (\(source)), run \(run)"),
            line("time", "\(startedAt) to \(endedAt)"),
            line("backup", "\(backup), \(pictureBytes) bytes, by \(pictureMethod)"),
            line("writers held up", PictureText.lock(lockMilliseconds, refusedWrites)),
            line(OldActions.table, counts(actions)),
            line(OldScores.table, counts(scores) + ", \(joinedScores) joined, policy \(scorePolicy)"),
            line("differences", "\(missing) missing, \(changed) changed, \(extra) not in the source any more"),
        ]
        if let rejectedRows { lines.append(line("rejected rows", rejectedRows)) }
        if !otherColumns.isEmpty { lines.append(line("kept in metadata", otherColumns.joined(separator: ", "))) }
        if !otherTables.isEmpty { lines.append(line("not migrated", otherTables.joined(separator: ", "))) }
        if !missingTables.isEmpty { lines.append(line("not in the source", missingTables.joined(separator: ", "))) }
        let parts = [seconds.actions, seconds.scores, seconds.verification].map { "\(($0 * 10).rounded() / 10)" }
        lines.append(line("seconds", "actions \(parts[0]), scores \(parts[1]), verification \(parts[2])"))
        lines.append(line("verdict", verdict))
        return lines.joined(separator: "\n") + "\n"
    }

    func write(to files: MigrationFiles) throws(AgentsError) {
        do {
            try Data(json.utf8).write(to: URL(filePath: files.report), options: .atomic)
            try Data(text.utf8).write(to: URL(filePath: files.text), options: .atomic)
        } catch {
            throw AgentsError(.storageFull, "The report can't be written to \(files.report)")
        }
    }
}
