/// A record that the store doesn't take; kept there as it was, for a person to look at.
struct RejectedRecord: Equatable, Sendable {
    var position: JournalPosition
    var reason: String
    /// The record as the journal had it.
    var body: [UInt8]
}

/// What goes into the store in one transaction: records, what can't be stored, and how far the journal is then held.
struct RecordBatch: Equatable, Sendable {
    var journalID: String
    var entries: [JournalEntry]
    var rejected: [RejectedRecord]
    /// The mark after this batch; every position up to it is in this batch or an earlier one.
    var through: JournalPosition

    /// The actions in it, in order.
    var actions: [ActionRecord] {
        entries.compactMap { entry in
            guard case .action(let action) = entry.record else { return nil }
            return action
        }
    }

    /// True if an action of this batch has the id of one of the other. Ids begin with the time, so that most batches
    /// have only few in the range of another.
    func sharesActions(with other: RecordBatch) -> Bool {
        let (own, others) = (actionIDs, other.actionIDs)
        guard let first = own.min(), let last = own.max() else { return false }
        let candidates = others.filter { (first...last).contains($0) }
        guard let least = candidates.min(), let greatest = candidates.max() else { return false }
        let known = Set(own.filter { (least...greatest).contains($0) })
        return candidates.contains { known.contains($0) }
    }

    private var actionIDs: [UUIDv7] {
        entries.compactMap { entry in
            guard case .action(let action) = entry.record else { return nil }
            return action.id
        }
    }

    /// The batch without the records that the store holds already: after a crash the journal hands them over again.
    func behind(_ mark: JournalPosition) -> RecordBatch {
        guard let first = entries.first, first.position <= mark || !rejected.isEmpty else { return self }
        var rest = self
        rest.entries.removeAll { $0.position <= mark }
        rest.rejected.removeAll { $0.position <= mark }
        rest.through = max(through, mark)
        return rest
    }

    /// True if both are about the same records; those of one journal never change.
    func covers(_ other: RecordBatch) -> Bool {
        journalID == other.journalID && through == other.through && entries.count == other.entries.count
            && rejected.count == other.rejected.count && entries.first?.position == other.entries.first?.position
    }

    /// True if all of its records are behind those of another batch of the journal.
    func follows(_ other: RecordBatch) -> Bool {
        entries.first.map { $0.position > other.through } ?? false
    }

    /// Two batches that together are this one, to find the record that the store refuses. Nil for fewer than two.
    func split() -> (RecordBatch, RecordBatch)? {
        guard entries.count > 1 else { return nil }
        let middle = entries.count / 2
        let border = entries[middle - 1].position
        var (front, back) = (self, self)
        front.entries = Array(entries[..<middle])
        back.entries = Array(entries[middle...])
        front.rejected = rejected.filter { $0.position <= border }
        back.rejected = rejected.filter { $0.position > border }
        front.through = border
        return (front, back)
    }

    /// The same batch with its records set aside.
    func rejectingAll(reason: String) -> RecordBatch {
        var batch = self
        batch.rejected += entries.map { entry in
            RejectedRecord(position: entry.position, reason: reason, body: RecordCoder.encode(entry.record))
        }
        batch.entries = []
        return batch
    }
}
