import Bus
import Storage
import Testing

@testable import Agents

struct JournalledInboxTests {
    private let ids = UUIDGenerator()
    private let time = Timestamp(milliseconds: 1_795_428_000_000)

    private func message(to agent: String?, from sender: String = "alice", priority: Int = 0) -> MessageRecord {
        MessageRecord(
            id: ids.next(at: time),
            fromAgent: sender,
            toAgent: agent,
            topic: "x.t",
            content: "{}",
            priority: priority,
            createdAt: time,
            expiresAt: Timestamp(milliseconds: time.milliseconds + 1000)
        )
    }

    private func change(_ change: InboxRecord.Change, _ message: MessageRecord, by agent: String = "bob")
        -> JournalRecord
    {
        let item = InboxRecord.Item(messageID: message.id, attempts: 2)
        return .inbox(InboxRecord(agentID: agent, change: change, items: [item], nextOfferAt: time, createdAt: time))
    }

    @Test func itIsWhatTheRecordsMakeIt() {
        let messages = [message(to: "bob"), message(to: "bob", priority: 5), message(to: nil), message(to: "bob")]
        let records: [JournalRecord] =
            messages.map { .message($0) } + [
                .message(message(to: "carol")), .message(message(to: nil, from: "bob")),
                change(.offered, messages[0]), change(.acknowledged, messages[2], by: "carol"),
                change(.acknowledged, messages[3]),
            ]
        var inbox = JournalledInbox(agentID: "bob")
        for record in records { inbox.apply(record) }
        let page = inbox.page(after: .start, now: time)
        #expect(page.items.map(\.message) == [messages[1], messages[0], messages[2]])
        #expect(page.items.map(\.attempts) == [0, 2, 0])
        #expect(page.isLast)
        #expect(inbox.page(after: page.items[0].cursor, now: time).items.count == 2)
        #expect(inbox.page(after: .start, now: Timestamp(milliseconds: time.milliseconds + 1000)).items.isEmpty)
    }

    @Test func eventsAreOfThoseWhoListened() {
        func event(_ recipients: [String]) -> MessageRecord {
            MessageRecord(
                event: "task.created",
                id: ids.next(at: time),
                channel: "global",
                data: "{}",
                sender: "bob",
                isVerified: true,
                recipients: recipients,
                createdAt: time,
                expiresAt: Timestamp(milliseconds: time.milliseconds + 1000)
            )
        }
        let events = [event(["alice"]), event(["alice", "bob"])]
        var inbox = JournalledInbox(agentID: "bob")
        for event in events { inbox.apply(.message(event)) }
        #expect(inbox.page(after: .start, now: time).items.map(\.message) == [events[1]])
        inbox.apply(change(.acknowledged, events[1]))
        #expect(inbox.page(after: .start, now: time).items.isEmpty)
    }

    @Test func itComesInPages() {
        var inbox = JournalledInbox(agentID: "bob")
        for _ in 0...InboxPage.rows { inbox.apply(.message(message(to: "bob"))) }
        let page = inbox.page(after: .start, now: time)
        #expect(page.items.count == InboxPage.rows)
        #expect(!page.isLast)
        #expect(inbox.page(after: page.items[InboxPage.rows - 1].cursor, now: time).items.count == 1)
    }
}
