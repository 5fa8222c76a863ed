import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

struct TopicSubscriptionsTests {
    private let store = ExchangeProbe()
    private let subscriptions: TopicSubscriptions

    init() { subscriptions = TopicSubscriptions(store: store, hosts: CallbackHosts()) }

    @Test func subscribersOfATopicAreKnown() async throws {
        _ = try await subscriptions.subscribe("a", to: "task.created", callbackURL: nil)
        let first = try await subscriptions.subscribe("b", to: "task.created", callbackURL: "http://localhost:1/")
        _ = try await subscriptions.subscribe("b", to: "x.mine", callbackURL: nil)
        #expect(subscriptions.subscriptions(of: "task.created").map(\.agentID) == ["a", "b"])
        #expect(subscriptions.subscriptions(of: "x.other") == [])
        _ = try await subscriptions.subscribe("b", to: "task.created", callbackURL: nil)
        #expect(subscriptions.subscriptions(of: "task.created").compactMap(\.callbackURL) == [])
        #expect(subscriptions.count == 3)
        _ = try await subscriptions.unsubscribe("a", from: "task.created")
        #expect(subscriptions.subscriptions(of: "task.created").map(\.agentID) == ["b"])
        await #expect { try await subscriptions.unsubscribe("a", from: "task.created") } throws: {
            ($0 as? AgentsError)?.message == "Subscription not found"
        }
        await #expect(throws: AgentsError.self) { try await subscriptions.unsubscribe(first.id) }
    }

    @Test(arguments: [
        ("nonsense", nil, "topic"), ("x.", nil, "topic"), ("task.created", "ftp://localhost/", "callback_url"),
        ("task.created", "http://10.0.0.1/", "callback_url"),
    ])
    func otherTopicsAndURLsAreRefused(topic: String, url: String?, field: String) async {
        await #expect { try await subscriptions.subscribe("a", to: topic, callbackURL: url) } throws: {
            ($0 as? AgentsError)?.problems.map(\.field) == [field]
        }
        #expect(subscriptions.count == 0)
    }

    @Test func theReloaderWaitsForTheStoreAndGoesOnWhereOthersChangeIt() async throws {
        let clock = TestClock()
        let blocking = Blocking(store: store, publisher: PublisherProbe())
        let reloader = MirrorReloader(blocking: blocking, subscriptions: subscriptions, repeats: true, clock: clock)
        store.contents.withLock { $0.failure = StorageError(.unavailable, "away") }
        let task = Task { await reloader.run() }
        #expect(await clock.sleeping() == [.milliseconds(100)])
        let other = TopicSubscriptions(store: store, hosts: CallbackHosts())
        store.contents.withLock { $0.failure = nil }
        _ = try await other.subscribe("a", to: "x.y", callbackURL: nil)
        #expect(subscriptions.count == 0)
        clock.advance(by: .milliseconds(100))
        #expect(await clock.sleeping() == [.seconds(5)])
        #expect(subscriptions.count == 1)
        _ = try await other.unsubscribe("a", from: "x.y")
        clock.advance(by: .seconds(5))
        await clock.sleeping()
        #expect(subscriptions.count == 0)
        task.cancel()
        await task.value
    }

    @Test func anEmbeddedStoreIsLoadedOnce() async {
        let blocking = Blocking(store: store, publisher: PublisherProbe())
        await MirrorReloader(blocking: blocking, subscriptions: subscriptions, repeats: false).run()
        #expect(store.contents.withLock { $0.reads } == 1)
    }
}
