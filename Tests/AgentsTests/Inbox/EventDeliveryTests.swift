import Bus
import Storage
import Testing

@testable import Agents

/// Events that have to be acknowledged, on one connection.
struct EventDeliveryTests {
    private static let start = Timestamp(milliseconds: 1_795_428_000_000)
    private let ids = UUIDGenerator()

    private func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: Self.start.milliseconds + Int64(seconds * 1000))
    }

    private func event(on channel: String = "global", _ data: String = "{}") -> InboxItem {
        InboxItem(
            message: MessageRecord(
                event: "task.created",
                id: ids.next(at: Self.start),
                channel: channel,
                data: data,
                sender: nil,
                isVerified: false,
                recipients: ["bob"],
                createdAt: Self.start,
                expiresAt: at(3600)
            )
        )
    }

    private func message() -> InboxItem {
        InboxItem(
            message: MessageRecord(
                id: ids.next(at: Self.start),
                fromAgent: "alice",
                toAgent: "bob",
                topic: "x.t",
                content: "{}",
                createdAt: Self.start,
                expiresAt: at(3600)
            )
        )
    }

    private func page(_ items: [InboxItem]) -> InboxPage { InboxPage(items: items, isLast: true) }

    /// A connection that has got everything and waits for what comes.
    private func listening(
        to channels: [String] = ["global"],
        acknowledges: Bool = true,
        _ policy: DeliveryPolicy = DeliveryPolicy()
    ) -> InboxDelivery {
        let patterns = Set(channels.compactMap(ChannelPattern.init))
        var delivery = InboxDelivery(policy: policy, acknowledges: acknowledges, listens: patterns)
        _ = delivery.opened()
        #expect(delivery.loaded(page([]), isWhole: true, at: at(0)).isEmpty)
        return delivery
    }

    private func ids(_ outcome: InboxDelivery.Outcome) -> [UUIDv7] { outcome.offers.map(\.message.id) }

    @Test func whatWasPublishedCountsAsOfferedAndComesAgain() {
        let only = event()
        var delivery = listening()
        #expect(delivery.published(only, at: at(0)).offers.map(\.attempts) == [1])
        #expect(delivery.published(only, at: at(0)).isEmpty)
        // A page that shows it doesn't send it a second time.
        #expect(delivery.lookAgain().load != nil)
        #expect(delivery.loaded(page([only]), isWhole: true, at: at(1)).isEmpty)
        #expect(delivery.tick(at: at(4.9)).isEmpty)
        #expect(delivery.tick(at: at(5)).offers.map(\.attempts) == [2])
        #expect(delivery.acknowledged(only.message.id).isEmpty)
        #expect(delivery.tick(at: at(1000)).isEmpty)
    }

    @Test func whatWaitsIsOfferedToWhoListensAndAcknowledges() {
        let (here, elsewhere) = (event(), event(on: "topics/a"))
        var delivery = InboxDelivery(
            policy: .init(),
            acknowledges: true,
            listens: [ChannelPattern(.global)]
        )
        _ = delivery.opened()
        #expect(ids(delivery.loaded(page([here, elsewhere]), isWhole: true, at: at(0))) == [here.message.id])
        #expect(delivery.tick(at: at(1)).isEmpty)
        // As soon as it listens there it gets the other one.
        let patterns = ["topics/*"].compactMap(ChannelPattern.init)
        #expect(delivery.listen(to: patterns).load?.after == .start)
        #expect(ids(delivery.loaded(page([here, elsewhere]), isWhole: true, at: at(1))) == [elsewhere.message.id])
        #expect(delivery.listen(to: patterns).isEmpty)
    }

    @Test func whoDoesNotAcknowledgeIsOfferedNone() {
        let (first, second) = (event(), message())
        var delivery = InboxDelivery(policy: .init(), acknowledges: false, listens: [ChannelPattern(.global)])
        _ = delivery.opened()
        #expect(ids(delivery.loaded(page([first, second]), isWhole: true, at: at(0))) == [second.message.id])
        #expect(delivery.published(event(), at: at(0)).isEmpty)
        #expect(delivery.tick(at: at(1)).isEmpty)
        // Once it acknowledges, what it passed over is looked for.
        delivery.startAcknowledging(at: at(1))
        #expect(delivery.tick(at: at(2)).load?.after == .start)
        #expect(ids(delivery.loaded(page([first]), isWhole: true, at: at(2))) == [first.message.id])
    }

    @Test func whoListensNoMoreIsOfferedNoMore() {
        let (first, second) = (event(), message())
        var delivery = listening()
        _ = delivery.published(first, at: at(0))
        _ = delivery.arrived(second, at: at(0))
        delivery.ignore(ChannelPattern(.global))
        #expect(delivery.inHandCount == 1)
        #expect(ids(delivery.tick(at: at(5))) == [second.message.id])
        #expect(delivery.published(event(), at: at(5)).isEmpty)
    }

    @Test func eventsThatNobodyAcknowledgesLeaveRoomForMessages() {
        var policy = DeliveryPolicy()
        policy.eventWindow = 2
        policy.window = 2
        var delivery = listening(policy)
        let events = (0..<3).map { _ in event() }
        #expect(events.map { delivery.published($0, at: at(0)).offers.count } == [1, 1, 0])
        let messages = [message(), message()]
        for each in messages { #expect(ids(delivery.arrived(each, at: at(0))) == [each.message.id]) }
        // Both kinds are full; a page of them is gone through to its end all the same.
        #expect(delivery.tick(at: at(1)).isEmpty)
        let outcome = delivery.acknowledged(events[0].message.id)
        #expect(outcome.load?.after == .start)
        let all = page(Array(events[1...]) + messages)
        #expect(ids(delivery.loaded(all, isWhole: true, at: at(1))) == [events[2].message.id])
        #expect(delivery.inHandCount == 4)
    }

    @Test func roomThatBecomesFreeInTimeIsUsed() {
        var policy = DeliveryPolicy()
        policy.eventWindow = 1
        policy.attempts = 1
        var delivery = listening(policy)
        let (first, second) = (event(), event())
        _ = delivery.published(first, at: at(0))
        #expect(delivery.published(second, at: at(0)).isEmpty)
        let outcome = delivery.tick(at: at(5))
        #expect(outcome.dead.map(\.message.id) == [first.message.id])
        #expect(outcome.load?.after == .start)
    }

    @Test func aConnectionThatIsGoneHasNothing() {
        var delivery = listening()
        _ = delivery.published(event(), at: at(0))
        delivery.closed()
        #expect(delivery.published(event(), at: at(0)).isEmpty)
        #expect(delivery.inHandCount == 0)
        #expect(delivery.tick(at: at(100)).isEmpty)
    }

    private func listening(_ policy: DeliveryPolicy) -> InboxDelivery {
        listening(to: ["global"], acknowledges: true, policy)
    }
}
