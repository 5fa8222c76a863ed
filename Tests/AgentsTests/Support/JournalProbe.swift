import Bus
import Storage

@testable import Agents

/// A journal in memory that can be told to fail or to keep its callers waiting.
final class JournalProbe: RecordJournal {
    private struct State {
        var records: [JournalRecord] = []
        var flushes = 0
        var failure: StorageError?
        var storedThrough = JournalPosition.start
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Lock(State())
    private let committed: @Sendable (JournalEntry) -> Void

    init(committed: @escaping @Sendable (JournalEntry) -> Void = { _ in }) { self.committed = committed }

    var records: [JournalRecord] { state.withLock { $0.records } }
    var actions: [ActionRecord] {
        records.compactMap { if case .action(let action) = $0 { action } else { nil } }
    }
    var storedThrough: JournalPosition { state.withLock { $0.storedThrough } }
    var lag: StoreLag { StoreLag(records: records.count, oldest: nil) }
    var flushes: Int { state.withLock { $0.flushes } }
    /// How many appends wait.
    var heldCount: Int { state.withLock { $0.held.count } }

    func fail(with error: StorageError?) { state.withLock { $0.failure = error } }

    /// Appends wait from now on.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func append(_ record: JournalRecord) async throws(StorageError) -> JournalPosition {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !mustWait { continuation.resume() }
        }
        let position = try state.withLock { (state) throws(StorageError) in
            if let failure = state.failure { throw failure }
            state.records.append(record)
            return JournalPosition(Int64(state.records.count))
        }
        committed(JournalEntry(position: position, record: record))
        return position
    }

    func flush() async throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            if let failure = state.failure { throw failure }
            state.flushes += 1
        }
    }
}
