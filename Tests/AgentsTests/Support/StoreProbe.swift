import Bus
import Storage

/// A store in memory: as much of it as these tests need.
final class StoreProbe: ActionStore, IdempotencyStore {
    struct Contents {
        var answers: [String: IdempotencyRecord] = [:]
        var actions: [ActionSummary] = []
        var failure: StorageError?
        var questions = 0
        var hourlyStart: Timestamp?
    }

    let contents = Lock(Contents())

    func answer(forKey key: String) async throws(StorageError) -> IdempotencyRecord? {
        try contents.withLock { (contents) throws(StorageError) in
            contents.questions += 1
            if let failure = contents.failure { throw failure }
            return contents.answers[key]
        }
    }

    func actions(matching filter: ActionFilter) async throws(StorageError) -> [ActionSummary] {
        try contents.withLock { (contents) throws(StorageError) in
            if let failure = contents.failure { throw failure }
            return Array(contents.actions.prefix(filter.limit))
        }
    }

    func hourlyActions(since start: Timestamp) async throws(StorageError) -> [HourlyCount] {
        contents.withLock { $0.hourlyStart = start }
        return [HourlyCount(hour: start, count: 1)]
    }

    func deleteAction(_ id: UUIDv7) async throws(StorageError) -> Bool {
        contents.withLock { contents in
            let before = contents.actions.count
            contents.actions.removeAll { $0.id == id }
            return contents.actions.count < before
        }
    }

    func deleteActions(ofSession sessionID: String) async throws(StorageError) -> Int {
        contents.withLock { contents in
            let before = contents.actions.count
            contents.actions.removeAll { $0.sessionID == sessionID }
            return before - contents.actions.count
        }
    }
}
