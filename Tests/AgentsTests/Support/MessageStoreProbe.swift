import Bus
import Storage

/// Knows some agents, and nothing else.
final class MessageStoreProbe: MessageStore {
    let known = Lock<Set<String>>([])
    let failure = Lock<StorageError?>(nil)
    let questions = Lock(0)

    func isKnown(agentID: String) async throws(StorageError) -> Bool {
        questions.withLock { $0 += 1 }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return known.withLock { $0.contains(agentID) }
    }

    func messages(matching filter: MessageFilter, now: Timestamp) async throws(StorageError) -> MessagePage {
        MessagePage(messages: [], unread: 0)
    }

    func message(_ id: UUIDv7) async throws(StorageError) -> MessageRecord? { nil }
}
