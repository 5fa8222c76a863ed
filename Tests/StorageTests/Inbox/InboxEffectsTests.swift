import Bus
import Testing

@testable import Storage

struct InboxEffectsTests {
    private func effects(_ records: [JournalRecord]) -> InboxEffects {
        InboxEffects(
            of: records.enumerated().map {
                JournalEntry(position: JournalPosition(Int64($0.offset + 1)), record: $0.element)
            }
        )
    }

    private func later(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: testTime.milliseconds + milliseconds)
    }

    @Test func anItemIsChangedOnceHoweverOftenItWasOffered() {
        let message = sampleMessage()
        let found = effects([
            .message(message),
            sampleChange(.offered, of: [message], attempts: 1, nextOfferAt: later(5), at: later(1)),
            sampleChange(.offered, of: [message], attempts: 2, nextOfferAt: later(9), at: later(6)),
            sampleChange(.acknowledged, of: [message], attempts: 0, at: later(7)),
            sampleChange(.offered, of: [message], attempts: 3, nextOfferAt: later(20), at: later(8)),
        ])
        #expect(found.messages == [message])
        #expect(found.changes.count == 1)
        let change = found.changes.first?.change
        #expect(change?.state == .acknowledged)
        #expect(change?.attempts == 2)
        #expect(change?.offeredAt == later(6))
        #expect(change?.acknowledgedAt == later(7))
        #expect(change?.nextOfferAt == nil)
    }

    @Test func itemsOfTwoAgentsAreTwo() {
        let message = sampleMessage(to: nil)
        let found = effects([
            sampleChange(.offered, of: [message], by: "bob"),
            sampleChange(.dead, of: [message], by: "carol", attempts: 9),
        ])
        #expect(found.changes.map(\.key.agentID.string) == ["bob", "carol"])
        #expect(found.changes.map(\.change.state) == [.offered, .dead])
    }

    @Test func otherRecordsChangeNoInbox() {
        #expect(effects([.action(sampleAction())]).isEmpty)
    }

    @Test(arguments: InboxItemState.allCases)
    func whatHasEndedStaysEnded(state: InboxItemState) {
        let changes: [InboxRecord.Change] = [.offered, .acknowledged, .dead]
        let expected: [InboxItemState?] =
            switch state {
            case .stored, .offered: [.offered, .acknowledged, .dead]
            case .dead: [nil, .acknowledged, nil]
            case .acknowledged, .expired: [nil, nil, nil]
            }
        #expect(changes.map { state.after($0) } == expected)
    }
}
