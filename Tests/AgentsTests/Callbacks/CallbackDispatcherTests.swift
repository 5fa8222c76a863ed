import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

/// Answers attempts as a test tells it.
private final class SenderProbe: CallbackSender {
    struct Call: Equatable {
        var agentID: String
        var attempt: Int
        var body: String
        var signature: String
    }

    let calls = Watched<[Call]>([])
    private let outcome: @Sendable (Call) -> CallbackOutcome

    init(_ outcome: @escaping @Sendable (Call) -> CallbackOutcome = { _ in .delivered }) { self.outcome = outcome }

    func send(_ callback: Callback, signature: String, attempt: Int) async -> CallbackOutcome {
        let call = Call(
            agentID: callback.agentID,
            attempt: attempt,
            body: String(decoding: callback.body, as: UTF8.self),
            signature: signature
        )
        calls.update { $0.append(call) }
        return outcome(call)
    }
}

struct CallbackDispatcherTests {
    private let store = ExchangeProbe()
    private let subscriptions: TopicSubscriptions
    private let blocking: Blocking
    private let clock = TestClock()
    private let dispatcher: CallbackDispatcher<TestClock>

    init() {
        subscriptions = TopicSubscriptions(store: store, hosts: CallbackHosts())
        blocking = Blocking(store: store, publisher: PublisherProbe())
        dispatcher = CallbackDispatcher(
            subscriptions: subscriptions,
            blocking: blocking,
            signer: CallbackSigner(secret: "s"),
            clock: clock
        )
    }

    private func message(from sender: String = "me", to agentID: String? = nil, topic: String = "x.y") -> MessageRecord
    {
        MessageRecord(
            id: UUIDv7(high: 1, low: 2),
            fromAgent: sender,
            toAgent: agentID,
            topic: topic,
            content: #"{"n":1}"#,
            createdAt: Timestamp(milliseconds: 0),
            expiresAt: Timestamp(milliseconds: 1000)
        )
    }

    private func running(_ sender: SenderProbe, _ body: () async throws -> Void) async rethrows {
        let task = Task { [dispatcher] in await dispatcher.run(with: sender) }
        try await body()
        task.cancel()
        await task.value
    }

    @Test func broadcastsOfTheTopicCallTheirSubscribers() async throws {
        for agent in ["a", "b", "me", "foe"] {
            _ = try await subscriptions.subscribe(agent, to: "x.y", callbackURL: "http://127.0.0.1:1/")
        }
        _ = try await subscriptions.subscribe("silent", to: "x.y", callbackURL: nil)
        _ = try await subscriptions.subscribe("other", to: "x.z", callbackURL: "http://127.0.0.1:1/")
        _ = try await blocking.block("me", by: "foe", reason: nil)
        let sender = SenderProbe()
        await running(sender) {
            dispatcher.accepted(message(to: "a"))
            dispatcher.accepted(message())
            let calls = await sender.calls.wait { $0.count >= 2 }
            #expect(calls.map(\.agentID).sorted() == ["a", "b"])
            #expect(
                calls[0].body
                    == #"{"event":"message.new","message":{"id":"00000000-0000-0001-0000-000000000002","from_agent":"me","to_agent":null,"topic":"x.y","content":{"n":1},"priority":0,"created_at":"1970-01-01T00:00:00.000Z","expires_at":"1970-01-01T00:00:01.000Z"}}"#
            )
            #expect(calls.allSatisfy { $0.signature.hasPrefix("t=") && $0.attempt == 1 })
        }
        #expect(dispatcher.figures == .init(delivered: 2))
    }

    @Test func attemptsAreRepeatedWithGrowingPauses() async throws {
        let subscription = try await subscriptions.subscribe("a", to: "x.y", callbackURL: "http://127.0.0.1:1/")
        let sender = SenderProbe { _ in .failed("no") }
        await running(sender) {
            dispatcher.accepted(message())
            for (attempt, pause) in zip(1..., [1, 4, 16, 60]) {
                await sender.calls.wait { $0.count == attempt }
                #expect(await clock.sleeping() == [.seconds(pause)])
                clock.advance(by: .seconds(pause))
            }
            let calls = await sender.calls.wait { $0.count == 5 }
            #expect(calls.map(\.attempt) == [1, 2, 3, 4, 5])
            // Another message shows that the first one was given up.
            dispatcher.accepted(message())
            let next = await sender.calls.wait { $0.count == 6 }
            #expect(next.last?.attempt == 1)
        }
        #expect(dispatcher.figures.failed == 1)
        #expect(dispatcher.figures.retries == 5)
        dispatcher.forget(subscription)
        #expect(dispatcher.figures.waiting == 0)
    }

    @Test func whatThereIsNoRoomForIsCounted() async throws {
        let small = CallbackDispatcher(
            subscriptions: subscriptions,
            blocking: blocking,
            signer: CallbackSigner(secret: "s"),
            clock: clock,
            limits: .init(callbacks: 2)
        )
        for agent in ["a", "b", "c", "d", "e"] {
            _ = try await subscriptions.subscribe(agent, to: "x.y", callbackURL: "http://127.0.0.1:1/")
        }
        small.accepted(message())
        #expect(small.figures == .init(dropped: 3, waiting: 2))
    }

    @Test func whatIsRefusedIsNotRepeated() async throws {
        _ = try await subscriptions.subscribe("a", to: "x.y", callbackURL: "http://127.0.0.1:1/")
        let sender = SenderProbe { _ in .refused("status 302") }
        await running(sender) {
            dispatcher.accepted(message())
            dispatcher.accepted(message())
            let calls = await sender.calls.wait { $0.count == 2 }
            #expect(calls.map(\.attempt) == [1, 1])
        }
        #expect(dispatcher.figures.failed == 2)
    }
}
