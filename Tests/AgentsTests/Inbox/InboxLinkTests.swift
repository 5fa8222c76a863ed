import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

struct InboxLinkTests {
    /// Writes down the ids of the messages that it is offered.
    private final class OfferSink: MessageSink {
        let offers: Watched<[String]>

        init(_ offers: Watched<[String]>) { self.offers = offers }

        func deliver(_ message: Message, on shard: isolated Shard) {
            let text = String(decoding: message.data, as: UTF8.self)
            offers.update { $0.append(String(text.dropFirst(#"{"id":""#.count).prefix(36))) }
        }
    }

    private static let now = Timestamp(milliseconds: 1_750_000_000_000)

    private func item(_ number: UInt64) -> InboxItem {
        InboxItem(
            message: MessageRecord(
                id: UUIDv7(high: number, low: 0),
                fromAgent: "alice",
                toAgent: "bob",
                topic: "x.t",
                content: "1",
                createdAt: Self.now,
                expiresAt: Timestamp(milliseconds: Self.now.milliseconds + 60_000)
            )
        )
    }

    @Test func `whose offers come first is settled when they are decided, not by who sends first`() async throws {
        let bus = Bus()
        try await bus.start()
        let offers = Watched<[String]>([])
        let (first, second) = (item(1), item(2))
        bus.shards[0].runHere { shard in
            let link = InboxLink(
                agentID: "bob",
                number: 1,
                shard: shard,
                subscriber: shard.hold(Subscriber(.sink(OfferSink(offers)))),
                delivery: InboxDelivery(policy: DeliveryPolicy(), acknowledges: true)
            )
            _ = link.decide { $0.opened() }
            // This thread finds one in the store, and before it sends that, another arrives.
            let page = InboxPage(items: [first], isLast: true)
            _ = link.decide { $0.loaded(page, isWhole: true, at: Self.now) }
            _ = link.decide { $0.arrived(second, at: Self.now) }
            link.send()
            link.send()
        }
        await offers.wait { $0.count == 2 }
        #expect(offers.value == [first, second].map(\.message.id.description))
        try await onOwnThread { bus.stop() }
    }
}
