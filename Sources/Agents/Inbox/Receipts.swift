internal import Bus
internal import Storage

/// Tells senders what became of their messages: on their channel here, and by other servers of the store a moment later.
/// They can also ask for the state of a message, so a receipt that is lost does no harm.
final class Receipts: Sendable {
    private struct State {
        var waiting: [InboxReceipt] = []
        var dropped = 0
    }

    private let publisher: any MessagePublisher
    private let isShared: Bool
    private let state = Lock(State())

    /// Receipts that wait until other servers are told; beyond it the next ones are told here only.
    static let limit = 4096

    init(publisher: any MessagePublisher, isShared: Bool) {
        self.publisher = publisher
        self.isShared = isShared
    }

    func publish(_ event: InboxReceipt.Event, _ message: MessageRecord, _ agentID: String) {
        publish(
            InboxReceipt(
                event: event,
                messageID: message.id,
                agentID: agentID,
                sender: message.fromAgent,
                topic: message.topic
            )
        )
    }

    func publish(_ receipt: InboxReceipt) {
        publishHere(receipt)
        guard isShared else { return }
        state.withLock { state in
            if state.waiting.count < Receipts.limit { state.waiting.append(receipt) } else { state.dropped += 1 }
        }
    }

    /// A receipt of this server or of another one.
    func publishHere(_ receipt: InboxReceipt) {
        if let message = Message.receipt(receipt) { publisher.publish(message) }
    }

    /// What other servers haven't been told.
    func take() -> [InboxReceipt] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Other servers couldn't be told: they are told next time, before what came meanwhile, as far as there is room.
    func putBack(_ receipts: [InboxReceipt]) {
        state.withLock { state in
            let all = receipts + state.waiting
            state.waiting = Array(all.prefix(Receipts.limit))
            state.dropped += all.count - state.waiting.count
        }
    }

    var dropped: Int { state.withLock { $0.dropped } }
}
