internal import Bus

/// The bytes of a record in the journal.
///
/// Byte 0 is the version of the format, byte 1 the kind of record. Then come the fields in the order of the record:
/// numbers as base-128 varints (signed ones zigzag), texts and bytes with their length in front, lists with their
/// count in front, an id as 16 bytes; one varint of flags says which optional fields follow. There are no defaults:
/// a record that was written is read back equal or not at all.
package enum RecordCoder {
    /// What this program writes, and the newest that it reads.
    static let version: UInt8 = 1

    private enum Kind {
        static let action: UInt8 = 1
        static let feedback: UInt8 = 2
        static let message: UInt8 = 10
        static let inbox: UInt8 = 11
        static let reading: UInt8 = 12
        static let sighting: UInt8 = 13
    }

    /// The bytes of a record.
    package static func encode(_ record: JournalRecord) -> [UInt8] {
        switch record {
        case .action(let action):
            var writer = RecordWriter(
                kind: Kind.action,
                capacity: 192 + (action.input?.utf8.count ?? 0) + (action.output?.utf8.count ?? 0)
            )
            writer.write(action)
            return writer.bytes
        case .feedback(let feedback):
            var writer = RecordWriter(kind: Kind.feedback, capacity: 128)
            writer.write(feedback)
            return writer.bytes
        case .message(let message):
            let answer = message.idempotency?.response.count ?? 0
            var writer = RecordWriter(kind: Kind.message, capacity: 192 + message.content.utf8.count + answer)
            writer.write(message)
            return writer.bytes
        case .inbox(let record):
            var writer = RecordWriter(kind: Kind.inbox, capacity: 64 + 18 * record.items.count)
            writer.write(record)
            return writer.bytes
        case .reading(let record):
            var writer = RecordWriter(kind: Kind.reading, capacity: 64 + 16 * record.messageIDs.count)
            writer.write(record)
            return writer.bytes
        case .sighting(let record):
            var writer = RecordWriter(kind: Kind.sighting, capacity: 64)
            writer.write(record)
            return writer.bytes
        }
    }

    /// Reads a record. Throws `corrupt` for anything that `encode` can't have written, `newerSchema` for a later
    /// version of the format.
    package static func decode(_ bytes: Span<UInt8>) throws(StorageError) -> JournalRecord {
        var reader = RecordReader(bytes)
        let version = try reader.byte()
        guard version <= Self.version else {
            throw StorageError(
                .newerSchema,
                "the journal holds a record of format \(version), this program reads up to format \(Self.version)"
            )
        }
        guard version == Self.version else { throw RecordReader.damaged("unknown format \(version)") }
        let record: JournalRecord
        switch try reader.byte() {
        case Kind.action: record = .action(try reader.action())
        case Kind.feedback: record = .feedback(try reader.feedback())
        case Kind.message: record = .message(try reader.message())
        case Kind.inbox: record = .inbox(try reader.inboxChange())
        case Kind.reading: record = .reading(try reader.reading())
        case Kind.sighting: record = .sighting(try reader.sighting())
        case let kind: throw RecordReader.damaged("unknown kind \(kind)")
        }
        try reader.expectEnd()
        return record
    }
}

/// Which optional fields of an action are there.
private struct ActionFields: OptionSet {
    let rawValue: UInt64
    static let input = ActionFields(rawValue: 1)
    static let output = ActionFields(rawValue: 2)
    static let exitCode = ActionFields(rawValue: 4)
    static let duration = ActionFields(rawValue: 8)
    static let subtask = ActionFields(rawValue: 16)
    static let session = ActionFields(rawValue: 32)
    static let project = ActionFields(rawValue: 64)
    static let idempotency = ActionFields(rawValue: 128)
    static let all = ActionFields(rawValue: 255)

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(of action: ActionRecord) {
        self = []
        if action.input != nil { insert(.input) }
        if action.output != nil { insert(.output) }
        if action.exitCode != nil { insert(.exitCode) }
        if action.durationMilliseconds != nil { insert(.duration) }
        if action.subtaskID != nil { insert(.subtask) }
        if action.sessionID != nil { insert(.session) }
        if action.projectPath != nil { insert(.project) }
        if action.idempotency != nil { insert(.idempotency) }
    }
}

extension RecordWriter {
    fileprivate mutating func write(_ action: ActionRecord) {
        word(action.id.high)
        word(action.id.low)
        signed(action.createdAt.milliseconds)
        unsigned(ActionFields(of: action).rawValue)
        text(action.toolName)
        text(action.toolType)
        list(action.filePaths)
        list(action.keywords)
        if let input = action.input { text(input) }
        if let output = action.output { text(output) }
        if let exitCode = action.exitCode { signed(Int64(exitCode)) }
        if let duration = action.durationMilliseconds { signed(Int64(duration)) }
        if let subtaskID = action.subtaskID { text(subtaskID) }
        if let sessionID = action.sessionID { text(sessionID) }
        if let projectPath = action.projectPath { text(projectPath) }
        if let idempotency = action.idempotency { write(idempotency) }
    }

    fileprivate mutating func write(_ feedback: FeedbackRecord) {
        signed(feedback.createdAt.milliseconds)
        byte(feedback.chosen ? 1 : 0)
        text(feedback.toolName)
        list(feedback.keywords)
    }
}

extension RecordReader {
    fileprivate mutating func action() throws(StorageError) -> ActionRecord {
        let id = UUIDv7(high: try word(), low: try word())
        let createdAt = try timestamp()
        let fields = ActionFields(rawValue: try unsigned())
        guard fields.isSubset(of: .all) else { throw Self.damaged("unknown fields") }
        var action = ActionRecord(id: id, toolName: try text(), toolType: try text(), createdAt: createdAt)
        action.filePaths = try list()
        action.keywords = try list()
        if fields.contains(.input) { action.input = try text() }
        if fields.contains(.output) { action.output = try text() }
        if fields.contains(.exitCode) { action.exitCode = Int(try signed()) }
        if fields.contains(.duration) { action.durationMilliseconds = Int(try signed()) }
        if fields.contains(.subtask) { action.subtaskID = try text() }
        if fields.contains(.session) { action.sessionID = try text() }
        if fields.contains(.project) { action.projectPath = try text() }
        if fields.contains(.idempotency) { action.idempotency = try idempotency() }
        return action
    }

    fileprivate mutating func feedback() throws(StorageError) -> FeedbackRecord {
        let createdAt = try timestamp()
        let chosen = try byte()
        guard chosen <= 1 else { throw Self.damaged("a verdict of \(chosen)") }
        return FeedbackRecord(
            toolName: try text(),
            keywords: try list(),
            chosen: chosen == 1,
            createdAt: createdAt
        )
    }
}
