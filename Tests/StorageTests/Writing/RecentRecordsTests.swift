import Testing

@testable import Storage

@Suite struct RecentRecordsTests {
    private func entries(_ positions: ClosedRange<Int64>) -> [JournalEntry] {
        positions.map { JournalEntry(position: JournalPosition($0), record: .action(sampleAction())) }
    }

    private func positions(_ entries: [JournalEntry]?) -> [Int64]? { entries?.map(\.position.value) }

    @Test func `whole commits are taken in their order, up to the limit`() {
        var recent = RecentRecords()
        recent.append(entries(1...3), bytes: 30)
        recent.append(entries(4...5), bytes: 20)
        recent.append(entries(6...6), bytes: 10)
        #expect(positions(recent.take(after: .start, limit: 5)) == [1, 2, 3, 4, 5])
        #expect(positions(recent.take(after: JournalPosition(5), limit: 5)) == [6])
        #expect(recent.take(after: JournalPosition(6), limit: 5) == nil)
    }

    @Test func `a commit larger than the limit is taken alone`() {
        var recent = RecentRecords()
        recent.append(entries(1...3), bytes: 30)
        recent.append(entries(4...4), bytes: 10)
        #expect(positions(recent.take(after: .start, limit: 2)) == [1, 2, 3])
    }

    @Test func `what does not follow the mark is left to the journal`() {
        var recent = RecentRecords()
        recent.append(entries(4...5), bytes: 20)
        #expect(recent.take(after: .start, limit: 10) == nil)
        #expect(recent.take(after: JournalPosition(4), limit: 10) == nil, "the middle of a commit")
        #expect(recent.take(after: JournalPosition(9), limit: 10) == nil)
        recent.append(entries(10...11), bytes: 20)
        #expect(positions(recent.take(after: JournalPosition(9), limit: 10)) == [10, 11])
    }

    @Test func `at the bound new records are skipped until there is room, and the gap is seen`() {
        var recent = RecentRecords()
        let half = RecentRecords.mostBytes / 2
        recent.append(entries(1...2), bytes: half)
        recent.append(entries(3...4), bytes: half)
        recent.append(entries(5...7), bytes: 1)
        #expect(recent.skipped == 3)
        #expect(positions(recent.take(after: .start, limit: 2)) == [1, 2])
        recent.append(entries(8...8), bytes: 1)
        #expect(positions(recent.take(after: JournalPosition(2), limit: 10)) == [3, 4])
        #expect(recent.take(after: JournalPosition(4), limit: 10) == nil)
        #expect(positions(recent.take(after: JournalPosition(7), limit: 10)) == [8])
    }

    @Test func `what the store holds already is let go`() {
        var recent = RecentRecords()
        recent.append(entries(1...2), bytes: RecentRecords.mostBytes)
        #expect(recent.take(after: JournalPosition(2), limit: 10) == nil)
        recent.append(entries(3...3), bytes: RecentRecords.mostBytes)
        #expect(recent.skipped == 0)
        #expect(positions(recent.take(after: JournalPosition(2), limit: 10)) == [3])
    }
}
