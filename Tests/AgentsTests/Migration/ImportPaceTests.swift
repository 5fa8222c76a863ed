import Testing

@testable import Agents

struct ImportPaceTests {
    private let start = ContinuousClock.now

    /// A pace that has looked at these counts, each so many milliseconds after the start.
    private func pace(_ looks: [(activity: Int, milliseconds: Int)], processors: Int = 2) -> ImportPace {
        var pace = ImportPace(processors: processors)
        for look in looks { pace.look(activity: look.activity, at: start + .milliseconds(look.milliseconds)) }
        return pace
    }

    @Test func untilItKnowsItTakesOneThingAfterTheOtherWithoutRests() {
        for looks in [[], [(1000, 0)], [(1000, 0), (9000, 249)]] as [[(activity: Int, milliseconds: Int)]] {
            let pace = pace(looks)
            #expect(!pace.mayLookAhead && pace.rest(after: .seconds(1)) == .zero)
        }
    }

    @Test(arguments: [
        (0, 250, true), (10, 250, true), (11, 250, false), (25, 1000, true), (26, 1000, false), (205, 10_000, true),
        (206, 10_000, false),
    ])
    func moreThanAFewMessagesAreTheWorkOfAgents(count: Int, milliseconds: Int, isQuiet: Bool) {
        let pace = pace([(1000, 0), (1000 + count, milliseconds)])
        #expect(pace.mayLookAhead == isQuiet)
        #expect(pace.rest(after: .milliseconds(10)) == (isQuiet ? .zero : .milliseconds(590)))
    }

    @Test func itFollowsWhatHappens() {
        #expect(!pace([(0, 0), (5, 250), (500, 500)]).mayLookAhead)
        #expect(pace([(0, 0), (500, 250), (505, 500)]).mayLookAhead)
        // Since it last looked closely.
        #expect(!pace([(0, 0), (5, 250), (200, 300), (500, 500)]).mayLookAhead)
    }

    @Test func aRestHasAnEnd() {
        #expect(pace([(0, 0), (500, 250)]).rest(after: .seconds(2)) == .seconds(10))
    }

    @Test func withManyProcessorsItOnlyTakesOneThingAfterTheOther() {
        let pace = pace([(0, 0), (500, 250)], processors: 4)
        #expect(!pace.mayLookAhead && pace.rest(after: .seconds(1)) == .zero)
    }
}
