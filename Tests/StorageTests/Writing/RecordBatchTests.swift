import Bus
import Testing

@testable import Storage

struct RecordBatchTests {
    private func batch(_ positions: ClosedRange<Int64>, damaged: [Int64] = []) -> RecordBatch {
        RecordBatch(
            journalID: "j",
            entries: positions.filter { !damaged.contains($0) }.map {
                JournalEntry(position: JournalPosition($0), record: .action(sampleAction()))
            },
            rejected: damaged.map { RejectedRecord(position: JournalPosition($0), reason: "damaged", body: []) },
            through: JournalPosition(positions.upperBound)
        )
    }

    @Test func bothHalvesTogetherAreTheWhole() throws {
        for size in Int64(2)...9 {
            for damaged in 1...size {
                let whole = batch(1...size, damaged: [damaged])
                guard let (front, back) = whole.split() else {
                    #expect(whole.entries.count == 1)
                    continue
                }
                #expect(front.entries + back.entries == whole.entries)
                #expect(front.rejected + back.rejected == whole.rejected)
                #expect(front.through < back.through && back.through == whole.through)
                #expect(front.entries.allSatisfy { $0.position <= front.through })
                #expect(back.entries.allSatisfy { $0.position > front.through })
                #expect(back.rejected.allSatisfy { $0.position > front.through })
            }
        }
        #expect(batch(1...1).split() == nil)
    }

    @Test func whatTheStoreHoldsIsLeftOut() {
        let rest = batch(5...9, damaged: [6]).behind(JournalPosition(7))
        #expect(rest.entries.map(\.position.value) == [8, 9])
        #expect(rest.rejected.isEmpty)
        #expect(rest.through == JournalPosition(9))
    }

    @Test func batchesThatShareAnActionAreFound() {
        let records = (0..<60).map { _ in JournalRecord.action(sampleAction()) }
        func batch(_ indices: [Int]) -> RecordBatch {
            let entries = indices.enumerated().map { offset, index in
                JournalEntry(position: JournalPosition(Int64(offset)), record: records[index])
            }
            return RecordBatch(journalID: "j", entries: entries, rejected: [], through: JournalPosition(99))
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let (first, second) = (0..<8).reduce(into: ([Int](), [Int]())) { lists, _ in
                lists.0.append(Int.random(in: 0..<60, using: &random))
                lists.1.append(Int.random(in: 0..<60, using: &random))
            }
            let isShared = !Set(first).isDisjoint(with: second)
            #expect(batch(first).sharesActions(with: batch(second)) == isShared, "\(first) \(second)")
        }
        #expect(!batch([]).sharesActions(with: batch([1])))
        #expect(!batch([1]).sharesActions(with: batch([])))
    }

    @Test func aRecordThatIsSetAsideCanBeReadAgain() throws {
        let alone = batch(3...3)
        let rejected = alone.rejectingAll(reason: "why")
        #expect(rejected.entries.isEmpty)
        let record = try #require(rejected.rejected.first)
        #expect(record.reason == "why")
        #expect(try RecordCoder.decode(record.body.span) == alone.entries[0].record)
    }
}
