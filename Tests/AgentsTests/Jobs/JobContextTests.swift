import Bus
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Agents

struct JobContextTests {
    /// What an import causes itself is not the work of agents.
    @Test func itKnowsHowManyMessagesItHasCaused() {
        let publisher = PublisherProbe()
        let time = Atomic<Int64>(1_000_000)
        let record = JobRecord(
            id: UUIDGenerator().next(at: .now()),
            kind: "migration",
            owner: "me",
            arguments: "{}",
            at: Timestamp(milliseconds: 1_000_000)
        )
        let context = JobContext(
            record,
            events: JobEvents(publisher: publisher, retained: { [] }),
            figures: JobFigures(["migration"]),
            now: { Timestamp(milliseconds: time.load(ordering: .relaxed)) }
        )
        for _ in 0..<3 {
            // The second one comes too soon.
            for _ in 0..<2 { context.progress(Array("{}".utf8)) }
            time.add(250, ordering: .relaxed)
        }
        #expect(context.told == 3 && publisher.lines.count == 3)
        for _ in 0..<1100 { context.rejected(Array("{}".utf8)) }
        #expect(context.told == 1003 && publisher.lines.count == 1003)
    }
}
