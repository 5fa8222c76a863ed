/// The messages of some channels for a consumer in this process, bounded.
///
/// One consumer iterates at a time. It ends when it is cancelled or deinitialised, when the bus stops, or, with the
/// policy `fail`, by throwing `BusError.Code.full` after what had been queued.
package final class Subscription: AsyncSequence, Sendable {
    package typealias Element = Message

    private struct State {
        var buffer: SubscriptionBuffer<Message>
        var consumer: CheckedContinuation<Void, Never>?
    }

    private let state: Lock<State>
    private let leave: @Sendable () -> Void

    init(bound: Int, policy: OverflowPolicy, leave: @escaping @Sendable () -> Void) {
        state = Lock(State(buffer: SubscriptionBuffer(bound: bound, policy: policy)))
        self.leave = leave
    }

    deinit { leave() }

    /// Queues a message; false if one was dropped.
    func push(_ message: Message) -> Bool {
        let (action, consumer) = state.withLock { state in
            let action = state.buffer.push(message)
            switch action {
            case .resume, .failed(resume: true):
                defer { state.consumer = nil }
                return (action, state.consumer)
            case .queued, .dropped, .failed, .ignored: return (action, nil)
            }
        }
        consumer?.resume()
        switch action {
        case .queued, .resume, .ignored: return true
        case .dropped, .failed: return false
        }
    }

    /// No more messages come; the consumer gets what is queued and then the end.
    package func cancel() {
        leave()
        end()
    }

    /// The same, told by the bus itself.
    func end() {
        let consumer = state.withLock { state in
            let mustResume = state.buffer.finish()
            defer { if mustResume { state.consumer = nil } }
            return mustResume ? state.consumer : nil
        }
        consumer?.resume()
    }

    package func makeAsyncIterator() -> Iterator { Iterator(subscription: self) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let subscription: Subscription

        /// The next message, nil at the end.
        package mutating func next() async throws(BusError) -> Message? { try await subscription.next() }
    }

    private func next() async throws(BusError) -> Message? {
        while true {
            switch state.withLock({ $0.buffer.next() }) {
            case .element(let message): return message
            case .finished: return nil
            case .failed: throw BusError(.full, "a subscriber did not keep up and its queue is full")
            case .wait: await wait()
            }
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    let mustWait = state.buffer.wait()
                    if mustWait { state.consumer = continuation }
                    return mustWait
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }
}
