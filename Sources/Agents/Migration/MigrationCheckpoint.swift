internal import Foundation

/// What was done with the rows of one table.
struct TableCounts: Codable, Equatable, Sendable {
    var read = 0
    /// Stored by this run.
    var imported = 0
    /// There from an earlier run already.
    var present = 0
    /// The same call was recorded here as well; not stored twice.
    var matched = 0
    /// Stored with a value that was changed.
    var repaired = 0
    var rejected = 0
}

/// Where a migration goes on after an interruption.
struct MigrationCheckpoint: Codable, Equatable, Sendable {
    enum Phase: String, Codable, Sendable {
        case picture, actions, scores, verification, done
    }

    var phase = Phase.picture
    var run = 0
    var picture = PictureOutcome()
    /// The last row of `tool_usage` that was gone through, and the last time that one had.
    var rowID = Int64.min
    var lastTime: Int64 = 0
    /// The id that the row has here, to recognise it; nil if it was rejected.
    var lastID: String?
    /// Bytes of the file of rejected rows that belong to what was gone through.
    var rejectedBytes = 0
    var rejectedScoreBytes = 0
    var actions = TableCounts()
    var scores = TableCounts()
    /// Spellings of keywords that are one here.
    var joinedScores = 0

    /// How the picture of the source was taken.
    struct PictureOutcome: Codable, Equatable, Sendable {
        var method = ""
        var lockMilliseconds = 0.0
        /// Nil in a checkpoint of a program that didn't look for them.
        var refusedWrites: Int?
        var bytes: Int64 = 0
    }

    /// Nil for none; what can't be read is a failure, because going on from the beginning would be another thing.
    init?(_ text: String?) throws(AgentsError) {
        guard let text else { return nil }
        do {
            self = try JSONDecoder().decode(MigrationCheckpoint.self, from: Data(text.utf8))
        } catch {
            throw AgentsError(.internalFailure, "The checkpoint of the migration can't be read")
        }
    }

    init() {}

    var text: String { MigrationJSON.text(self) }
}

/// JSON of values whose form is our own.
enum MigrationJSON {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // These values have neither infinite numbers nor keys that could fail.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
