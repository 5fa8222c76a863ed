import Bus
import Storage
import Testing

@testable import Agents

struct InboxDeliveryTests {
    private static let start = Timestamp(milliseconds: 1_795_428_000_000)
    private let ids = UUIDGenerator()

    private func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: Self.start.milliseconds + Int64(seconds * 1000))
    }

    private func item(_ content: String = "{}", attempts: Int = 0, next: Timestamp? = nil, ttl: Double = 3600)
        -> InboxItem
    {
        InboxItem(
            message: MessageRecord(
                id: ids.next(at: Self.start),
                fromAgent: "alice",
                toAgent: "bob",
                topic: "x.t",
                content: content,
                createdAt: Self.start,
                expiresAt: at(ttl)
            ),
            attempts: attempts,
            nextOfferAt: next
        )
    }

    private func page(_ items: [InboxItem], isLast: Bool = true) -> InboxPage {
        InboxPage(items: items, isLast: isLast)
    }

    /// A connection that has got `items` and waits for what arrives.
    private func caughtUp(_ items: [InboxItem] = [], acknowledges: Bool = true, _ policy: DeliveryPolicy = .init())
        -> InboxDelivery
    {
        var delivery = InboxDelivery(policy: policy, acknowledges: acknowledges)
        #expect(delivery.opened().load?.after == .start)
        let outcome = delivery.loaded(page(items), isWhole: true, at: at(0))
        #expect(outcome.offers.map(\.message) == items.map(\.message))
        #expect(outcome.load == nil)
        return delivery
    }

    private func ids(_ outcome: InboxDelivery.Outcome) -> [UUIDv7] { outcome.offers.map(\.message.id) }

    @Test func whatWaitsComesFirstThenWhatArrives() {
        let (first, second) = (item(), item())
        var delivery = caughtUp([first])
        let outcome = delivery.arrived(second, at: at(1))
        #expect(ids(outcome) == [second.message.id])
        #expect(outcome.offers.first?.attempts == 1)
        #expect(outcome.offers.first?.nextOfferAt == at(6))
        #expect(delivery.arrived(second, at: at(1)).isEmpty)
        #expect(delivery.inHandCount == 2)
    }

    @Test func whatArrivesDuringAPassIsFoundByTheNext() {
        let (first, second) = (item(), item())
        var delivery = InboxDelivery(policy: .init(), acknowledges: true)
        _ = delivery.opened()
        #expect(delivery.arrived(second, at: at(0)).isEmpty)
        let outcome = delivery.loaded(page([first]), isWhole: true, at: at(0))
        #expect(ids(outcome) == [first.message.id])
        #expect(outcome.load?.after == .start)
        #expect(ids(delivery.loaded(page([first, second]), isWhole: true, at: at(0))) == [second.message.id])
        #expect(delivery.lookAgain().load?.after == .start)
    }

    @Test func itIsOfferedWithGrowingWaitsUntilItIsDead() {
        var policy = DeliveryPolicy()
        policy.attempts = 3
        let only = item()
        var delivery = caughtUp([only], policy)
        #expect(delivery.tick(at: at(4.9)).isEmpty)
        #expect(ids(delivery.tick(at: at(5))) == [only.message.id])
        #expect(delivery.tick(at: at(14.9)).isEmpty)
        #expect(delivery.tick(at: at(15)).offers.map(\.attempts) == [3])
        #expect(delivery.tick(at: at(34.9)).isEmpty)
        let end = delivery.tick(at: at(35))
        #expect(end.offers.isEmpty)
        #expect(end.dead.map(\.message.id) == [only.message.id])
        #expect(delivery.inHandCount == 0)
        #expect(delivery.tick(at: at(1000)).isEmpty)
    }

    @Test func acknowledgedItemsAreNotOfferedAgain() {
        let only = item()
        var delivery = caughtUp([only])
        #expect(delivery.acknowledging(only.message.id, at: at(4.9)) == only.message)
        // The acknowledgement is still being written.
        #expect(delivery.tick(at: at(5)).isEmpty)
        #expect(delivery.acknowledged(only.message.id).isEmpty)
        #expect(delivery.tick(at: at(1000)).isEmpty)
        #expect(delivery.acknowledging(only.message.id, at: at(1)) == nil)
    }

    @Test func aPageReadBeforeAnAcknowledgementIsNotBelieved() {
        let only = item()
        var delivery = caughtUp([only])
        #expect(delivery.lookAgain().load?.after == .start)
        _ = delivery.acknowledged(only.message.id)
        #expect(delivery.loaded(page([only]), isWhole: true, at: at(1)).isEmpty)
        #expect(delivery.inHandCount == 0)
    }

    @Test func theWindowHoldsBackAndGoesOn() {
        var policy = DeliveryPolicy()
        policy.window = 4
        let items = (0..<6).map { _ in item() }
        var delivery = InboxDelivery(policy: policy, acknowledges: true)
        _ = delivery.opened()
        #expect(ids(delivery.loaded(page(items), isWhole: true, at: at(0))) == items[..<4].map(\.message.id))
        #expect(delivery.acknowledged(items[0].message.id).isEmpty)
        #expect(delivery.acknowledged(items[1].message.id).load?.after == items[3].cursor)
        let outcome = delivery.loaded(page(Array(items[4...])), isWhole: true, at: at(0))
        #expect(ids(outcome) == items[4...].map(\.message.id))
        // Full, and more arrives: it is found when there is room.
        let late = item()
        #expect(delivery.arrived(late, at: at(0)).isEmpty)
        #expect(delivery.tick(at: at(1)).isEmpty)
        _ = delivery.acknowledged(items[2].message.id)
        #expect(delivery.tick(at: at(1)).load?.after == items[5].cursor)
    }

    @Test func bytesFillTheWindowToo() {
        var policy = DeliveryPolicy()
        policy.windowBytes = 10
        let items = (0..<3).map { _ in item("\"12345678\"") }
        var delivery = InboxDelivery(policy: policy, acknowledges: true)
        _ = delivery.opened()
        #expect(delivery.loaded(page(items), isWhole: true, at: at(0)).offers.count == 1)
        #expect(delivery.acknowledged(items[0].message.id).load?.after == items[0].cursor)
    }

    @Test func otherConnectionsGetEachItemOnce() {
        let (first, second) = (item(), item())
        var delivery = caughtUp([first], acknowledges: false)
        #expect(delivery.arrived(second, at: at(0)).offers.map(\.attempts) == [0])
        #expect(delivery.tick(at: at(10_000)).isEmpty)
        #expect(delivery.lookAgain().load?.after == .start)
        #expect(delivery.loaded(page([first, second]), isWhole: true, at: at(0)).isEmpty)
    }

    @Test func whoAcknowledgesOnceGetsTheRestAgain() {
        let items = [item(), item()]
        var delivery = caughtUp(items, acknowledges: false)
        delivery.startAcknowledging(at: at(0))
        _ = delivery.acknowledged(items[0].message.id)
        #expect(delivery.tick(at: at(4.9)).isEmpty)
        #expect(delivery.tick(at: at(5)).load?.after == .start)
        let outcome = delivery.loaded(page([items[1]]), isWhole: true, at: at(5))
        #expect(ids(outcome) == [items[1].message.id])
    }

    @Test func aNewConnectionIsServedAtOnceAFewTimes() {
        let waiting = item(attempts: 5, next: at(100))
        let prompt = item(attempts: 2, next: at(100))
        var delivery = InboxDelivery(policy: .init(), acknowledges: true)
        _ = delivery.opened()
        let outcome = delivery.loaded(page([waiting, prompt]), isWhole: true, at: at(0))
        #expect(ids(outcome) == [prompt.message.id])
        #expect(ids(delivery.tick(at: at(100))).contains(waiting.message.id))
    }

    @Test func whatWasOfferedTooOftenIsDeadAtTheNextConnection() {
        let spent = item(attempts: 10, next: at(-1))
        var delivery = InboxDelivery(policy: .init(), acknowledges: true)
        _ = delivery.opened()
        let outcome = delivery.loaded(page([spent]), isWhole: true, at: at(0))
        #expect(outcome.offers.isEmpty)
        #expect(outcome.dead == [spent])
    }

    @Test func expiredItemsAreNotOffered() {
        var delivery = caughtUp([item(ttl: 3)])
        #expect(delivery.tick(at: at(5)).isEmpty)
        #expect(delivery.inHandCount == 0)
        var other = InboxDelivery(policy: .init(), acknowledges: true)
        _ = other.opened()
        #expect(other.loaded(page([item(ttl: 3)]), isWhole: true, at: at(3)).isEmpty)
    }

    @Test func withoutTheStoreItTriesAgain() {
        let (first, second, third) = (item(), item(), item())
        var delivery = InboxDelivery(policy: .init(), acknowledges: false)
        _ = delivery.opened()
        delivery.loadFailed(at: at(0))
        #expect(delivery.tick(at: at(1)).load?.after == .start)
        #expect(ids(delivery.loaded(page([first]), isWhole: false, at: at(1))) == [first.message.id])
        // What the journal has was offered: what arrives goes at once, and the store alone is asked.
        #expect(ids(delivery.arrived(second, at: at(2))) == [second.message.id])
        #expect(delivery.tick(at: at(5.9)).isEmpty)
        #expect(delivery.tick(at: at(6)).load?.mayUseJournal == false)
        delivery.loadFailed(at: at(8))
        #expect(delivery.tick(at: at(12.9)).isEmpty)
        #expect(delivery.tick(at: at(13)).load?.mayUseJournal == false)
        let outcome = delivery.loaded(page([third, first, second]), isWhole: true, at: at(13))
        #expect(ids(outcome) == [third.message.id])
        #expect(delivery.tick(at: at(100)).isEmpty)
    }

    @Test func nothingOvertakesWhatWasLeftToAPass() {
        let (first, second) = (item(), item())
        var delivery = InboxDelivery(policy: .init(), acknowledges: true)
        _ = delivery.opened()
        #expect(delivery.arrived(first, at: at(0)).isEmpty)
        #expect(delivery.loaded(page([]), isWhole: true, at: at(0)).load?.after == .start)
        #expect(delivery.arrived(second, at: at(0)).isEmpty)
        let outcome = delivery.loaded(page([first]), isWhole: true, at: at(0))
        #expect(ids(outcome) == [first.message.id])
        #expect(outcome.load?.after == .start)
        #expect(ids(delivery.loaded(page([first, second]), isWhole: true, at: at(0))) == [second.message.id])
    }

    @Test func laterPassesHoldUpNothing() {
        let (first, second) = (item(), item())
        var delivery = caughtUp([first])
        _ = delivery.lookAgain()
        #expect(ids(delivery.arrived(second, at: at(0))) == [second.message.id])
        #expect(delivery.loaded(page([first, second]), isWhole: true, at: at(0)).isEmpty)
    }

    @Test func aSlowReaderIsWaitedFor() {
        var delivery = InboxDelivery(policy: .init(), acknowledges: true)
        _ = delivery.opened()
        let first = item()
        #expect(delivery.loaded(page([first], isLast: false), isWhole: true, at: at(0)).load?.after == first.cursor)
        delivery.loadPostponed()
        #expect(delivery.tick(at: at(1)).load?.after == first.cursor)
    }

    @Test func beyondItsBoundWhatWasSentIsForgotten() {
        var policy = DeliveryPolicy()
        policy.sent = 2
        let items = (0..<3).map { _ in item() }
        var delivery = caughtUp(items, acknowledges: false, policy)
        // Not from the start, which would send all of it again.
        #expect(delivery.lookAgain().load?.after == items[2].cursor)
    }

    @Test func nothingIsOfferedToAConnectionThatIsGone() {
        var delivery = InboxDelivery(policy: .init(), acknowledges: true)
        _ = delivery.opened()
        delivery.closed()
        #expect(delivery.loaded(page([item()]), isWhole: true, at: at(0)).isEmpty)
        #expect(delivery.arrived(item(), at: at(0)).isEmpty)
        #expect(delivery.lookAgain().isEmpty)
        #expect(delivery.tick(at: at(1000)).isEmpty)
        var other = caughtUp([item()])
        other.closed()
        #expect(other.tick(at: at(1000)).isEmpty)
    }

    @Test func waitsGrowToTheLongest() {
        let policy = DeliveryPolicy()
        let waits = (0...9).map { policy.nextOffer(after: $0, at: at(0)).milliseconds - at(0).milliseconds }
        #expect(waits == [5000, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000])
        #expect(policy.nextOffer(after: 1000, at: at(0)) == at(300))
    }
}
