import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

struct JobEventsTests {
    private let publisher = PublisherProbe()

    /// The last events of jobs, the oldest first.
    private func events(of ids: [UUIDv7]) -> JobEvents {
        let messages = ids.enumerated().compactMap { index, id in
            ChannelName("jobs/\(id)").map { channel in
                let time = Timestamp(milliseconds: Int64(index))
                return Message(channel: channel, event: "job.completed", data: [48], isRetained: true, at: time)
            }
        }
        return JobEvents(publisher: publisher) { messages.reversed() }
    }

    @Test func theOldestGiveWayButThoseAtWork() {
        let ids = (0..<JobEvents.mostRetained + 2).map { UUIDv7(high: UInt64($0) << 16 | 0x7000, low: 1 << 63) }
        events(of: ids).makeRoom(besides: [ids[0], UUIDv7(high: 0x7000, low: 1 << 63 | 1)])
        #expect(publisher.retained == [3, 2, 1].map { "jobs/\(ids[$0]) job.forgotten null" })
    }

    @Test func asLongAsThereIsRoomAllStay() {
        let ids = (1..<JobEvents.mostRetained).map { UUIDv7(high: UInt64($0) << 16 | 0x7000, low: 1 << 63) }
        events(of: ids).makeRoom(besides: [UUIDv7(high: 0x7000, low: 1 << 63)])
        #expect(publisher.lines.isEmpty)
    }
}
