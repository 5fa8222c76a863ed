/// Everything that goes through the journal.
package enum JournalRecord: Equatable, Sendable {
    case action(ActionRecord)
    case feedback(FeedbackRecord)
    case message(MessageRecord)
    case inbox(InboxRecord)
    case reading(ReadingRecord)
    case sighting(SightingRecord)
}

/// A place in the journal. Positions of one journal only grow; 0 is before the first record.
package struct JournalPosition: Hashable, Comparable, Sendable {
    /// Before the first record.
    package static let start = JournalPosition(0)

    package var value: Int64

    package init(_ value: Int64) { self.value = value }

    package static func < (left: JournalPosition, right: JournalPosition) -> Bool { left.value < right.value }
}

/// A record and its place in the journal.
package struct JournalEntry: Equatable, Sendable {
    package var position: JournalPosition
    package var record: JournalRecord

    package init(position: JournalPosition, record: JournalRecord) {
        self.position = position
        self.record = record
    }
}
