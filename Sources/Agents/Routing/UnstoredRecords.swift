internal import DequeModule
internal import Storage

/// The records behind a position that this server has learnt from: the store may not hold them when it hands out a row,
/// and they count on top of it.
///
/// Bounded: at the limit all are let go, and rows are taken over again once the store holds what is forgotten.
struct UnstoredRecords: Sendable {
    /// Records kept, with names and keywords only.
    static let limit = 65_536

    /// Every record behind it that changes scores is here.
    private(set) var start: JournalPosition
    private var entries: Deque<JournalEntry> = []
    /// Records that were let go at the limit.
    private(set) var forgottenCount = 0

    init(after start: JournalPosition) { self.start = start }

    /// Takes a record; positions only grow.
    mutating func append(_ entry: JournalEntry) {
        guard let record = entry.record.withoutContents else { return }
        if entries.count >= Self.limit {
            start = entries.last?.position ?? start
            forgottenCount += entries.count
            entries = []
        }
        entries.append(JournalEntry(position: entry.position, record: record))
    }

    /// The records behind `position`, which the store has reached: those before it are let go. Nil if some of them are
    /// forgotten.
    mutating func take(after position: JournalPosition) -> [JournalEntry]? {
        guard position >= start else { return nil }
        while let first = entries.first, first.position <= position { entries.removeFirst() }
        start = position
        // An array made of an empty deque writes its count of zero into the storage that all empty arrays share, which
        // ThreadSanitizer takes for a race.
        return entries.isEmpty ? [] : Array(entries)
    }
}

extension JournalRecord {
    /// What scores depend on; nil if none does.
    fileprivate var withoutContents: JournalRecord? {
        switch self {
        case .feedback: return self
        case .message, .inbox, .reading, .sighting: return nil
        case .action(let action):
            guard !action.keywords.isEmpty else { return nil }
            return .action(
                ActionRecord(
                    id: action.id,
                    toolName: action.toolName,
                    toolType: action.toolType,
                    exitCode: action.exitCode,
                    createdAt: action.createdAt,
                    keywords: action.keywords
                )
            )
        }
    }
}
