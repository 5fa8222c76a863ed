import Storage
import Testing

@testable import Agents

struct ReceiptsTests {
    private let publisher = PublisherProbe()

    private func receipt(_ topic: String = "x.t", to sender: String = "alice") -> InboxReceipt {
        InboxReceipt(
            event: .acknowledged,
            messageID: UUIDv7(high: 1, low: 2),
            agentID: "bob",
            sender: sender,
            topic: topic
        )
    }

    @Test func theSenderIsToldOnItsChannel() {
        Receipts(publisher: publisher, isShared: false).publish(receipt())
        #expect(
            publisher.lines == [
                #"agents/alice message.acknowledged {"id":"00000000-0000-0001-0000-000000000002","to":"bob","topic":"x.t"}"#
            ]
        )
    }

    @Test func aSenderThatNoChannelCanNameIsNotTold() {
        Receipts(publisher: publisher, isShared: false).publish(receipt(to: "al ice"))
        #expect(publisher.lines.isEmpty)
    }

    @Test func otherServersAreToldWhatFits() {
        let receipts = Receipts(publisher: publisher, isShared: true)
        for number in 0...Receipts.limit { receipts.publish(receipt("x.\(number)")) }
        #expect(receipts.dropped == 1)
        let taken = receipts.take()
        #expect(taken.count == Receipts.limit)
        #expect(taken.first?.topic == "x.0")
        #expect(receipts.take().isEmpty)
        #expect(publisher.lines.count == Receipts.limit + 1)
    }

    @Test func withoutOtherServersNothingWaits() {
        let receipts = Receipts(publisher: publisher, isShared: false)
        receipts.publish(receipt())
        #expect(receipts.take().isEmpty)
    }
}
