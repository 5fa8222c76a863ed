internal import Bus
internal import Logging
package import Storage

/// Calls the URLs of subscriptions for the broadcasts that they select.
///
/// A callback is a knock at the door: best effort, a few attempts, forgotten at the end of the process. The message
/// itself waits in the agent's inbox.
package final class CallbackDispatcher<C: Clock>: Sendable where C.Duration == Duration {
    /// Counters and gauges.
    package struct Figures: Equatable, Sendable {
        package var delivered = 0
        package var retries = 0
        package var failed = 0
        package var dropped = 0
        package var waiting = 0
    }

    private let subscriptions: TopicSubscriptions
    private let blocking: Blocking
    private let signer: CallbackSigner
    private let clock: C
    private let logger = Logger(label: "dcm.callbacks")
    private let queue: Lock<CallbackQueue>
    /// One wake-up is enough for any number of callbacks.
    private let wakes: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    private static var firstPause: Duration { .seconds(1) }
    private static var longestPause: Duration { .seconds(60) }

    package convenience init(
        subscriptions: TopicSubscriptions,
        blocking: Blocking,
        signer: CallbackSigner,
        clock: C = ContinuousClock()
    ) {
        self.init(subscriptions: subscriptions, blocking: blocking, signer: signer, clock: clock, limits: .init())
    }

    init(
        subscriptions: TopicSubscriptions,
        blocking: Blocking,
        signer: CallbackSigner,
        clock: C,
        limits: CallbackQueue.Limits
    ) {
        self.subscriptions = subscriptions
        self.blocking = blocking
        self.signer = signer
        self.clock = clock
        queue = Lock(CallbackQueue(limits: limits))
        wakes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// The key with which a subscription's callbacks are signed.
    package func key(of subscription: TopicSubscription) -> String { signer.key(ofSubscription: subscription.id) }

    package var figures: Figures {
        queue.withLock { queue in
            Figures(
                delivered: queue.counters.delivered,
                retries: queue.counters.retries,
                failed: queue.counters.failed,
                dropped: queue.counters.dropped,
                waiting: queue.count
            )
        }
    }

    // MARK: - Messages

    /// A message was accepted. Doesn't wait.
    package func accepted(_ message: MessageRecord) {
        guard message.toAgent == nil else { return }
        let wanted = subscriptions.subscriptions(of: message.topic).filter { subscription in
            subscription.callbackURL != nil && subscription.agentID != message.fromAgent
                && !blocking.separates(message.fromAgent, subscription.agentID)
        }
        guard !wanted.isEmpty else { return }
        let body = CallbackDispatcher.body(message)
        var hasAdded = false
        for (index, subscription) in wanted.enumerated() {
            // Ten thousand subscribers must not hold up the loop for callbacks that are dropped anyway.
            if queue.withLock({ $0.isFull(for: body.count) }) {
                queue.withLock { $0.drop(wanted.count - index) }
                break
            }
            // A URL of an earlier version, or one that another program wrote, may be none.
            guard let text = subscription.callbackURL, let url = try? CallbackURL(text) else { continue }
            let callback = Callback(
                messageID: message.id,
                subscriptionID: subscription.id,
                agentID: subscription.agentID,
                url: url,
                body: body
            )
            let isAdded = queue.withLock { $0.add(callback) }
            hasAdded = hasAdded || isAdded
        }
        if hasAdded { wakes.continuation.yield() }
    }

    /// A subscription has ended.
    package func forget(_ subscription: TopicSubscription) { queue.withLock { $0.forget(subscription.id) } }

    private static func body(_ message: MessageRecord) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("event", "message.new")
        json.key("message")
        json.beginObject()
        json.field("id", message.id.description)
        json.field("from_agent", message.fromAgent)
        json.field("to_agent", message.toAgent)
        json.field("topic", message.topic)
        json.key("content")
        json.raw(message.content.utf8Span.span)
        json.field("priority", message.priority)
        json.field("created_at", message.createdAt)
        json.field("expires_at", message.expiresAt)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    // MARK: - Attempts

    /// Makes attempts until the task is cancelled; call it once.
    package func run(with sender: any CallbackSender) async {
        await withDiscardingTaskGroup { group in
            for await _ in wakes.stream {
                while let attempt = queue.withLock({ $0.next() }) {
                    group.addTask { await self.make(attempt, with: sender) }
                }
            }
        }
    }

    private func make(_ attempt: CallbackQueue.Attempt, with sender: any CallbackSender) async {
        let callback = attempt.callback
        let id = callback.subscriptionID
        let signature = signer.signature(of: callback.body, at: .now(), subscription: id)
        let outcome = await sender.send(callback, signature: signature, attempt: attempt.number)
        note(outcome, of: attempt)
        if case .rest(let attempts) = queue.withLock({ $0.finished(id, outcome) }) {
            // Others may run meanwhile.
            wakes.continuation.yield()
            let pause = min(Self.firstPause * (1 << (2 * min(attempts - 1, 10))), Self.longestPause)
            try? await clock.sleep(until: clock.now.advanced(by: pause), tolerance: nil)
            queue.withLock { $0.rested(id) }
        }
        wakes.continuation.yield()
    }

    private func note(_ outcome: CallbackOutcome, of attempt: CallbackQueue.Attempt) {
        switch outcome {
        case .delivered: break
        case .failed(let reason), .refused(let reason):
            logger.info(
                "a callback was not delivered",
                metadata: [
                    "agent": "\(attempt.callback.agentID)", "to": "\(attempt.callback.url.authority)",
                    "attempt": "\(attempt.number)", "reason": "\(reason)",
                ]
            )
        }
    }
}
