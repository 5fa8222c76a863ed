internal import Bus
internal import Storage

/// A small table of the store, kept in memory: questions on the path of messages are answered without asking the store,
/// and while it is away by what was known last.
///
/// Changes go to the store first and in here when it has them. `reload` takes over what other servers did.
final class StoreMirror<Table: Sendable>: Sendable {
    private struct State {
        var table: Table
        /// Changes of this server: a table that was read before one of them is older than what is here.
        var changes = 0
    }

    private let state: Lock<State>
    /// Reads that a change overtook are repeated, but not for ever: the next `reload` comes soon.
    private static var attempts: Int { 3 }

    init(empty table: Table) { state = Lock(State(table: table)) }

    func read<Value>(_ body: (Table) -> Value) -> Value { state.withLock { body($0.table) } }

    func change<Value>(_ body: (inout Table) -> Value) -> Value {
        state.withLock { state in
            state.changes += 1
            return body(&state.table)
        }
    }

    /// Replaces the table by the store's, unless this server changed it meanwhile.
    func reload(_ load: () async throws(StorageError) -> Table) async throws(StorageError) {
        for _ in 0..<Self.attempts {
            let changes = state.withLock { $0.changes }
            let table = try await load()
            let isTaken = state.withLock { state in
                guard state.changes == changes else { return false }
                state.table = table
                return true
            }
            if isTaken { return }
        }
    }
}
