/// How long things may take on a connection, in milliseconds.
///
/// There is no cancel request: libpq 15 sends one with calls that block. The server cancels a statement that takes
/// longer than `statement` by itself, which leaves the connection usable; a server that doesn't even do that is given
/// up by closing the connection.
struct PostgresLimits: Equatable, Sendable {
    /// For one statement, by the server's clock; 0 for no limit.
    var statement: UInt64
    /// To get a lock that another transaction has, by the server's clock; 0 for no limit.
    var lock: UInt64
    /// Without a byte in either direction while an answer is awaited.
    var silence: UInt64
    /// Until the server ends a transaction whose client says nothing: it may hold locks that others wait for.
    var idleTransaction: UInt64

    /// For requests of people and agents, who wait.
    static let requests = PostgresLimits(statement: 10_000, lock: 2000, silence: 12_000, idleTransaction: 30_000)
    /// For what takes no time on a database that is well, asked by those who would rather go on without an answer.
    static let lookups = PostgresLimits(statement: 800, lock: 800, silence: 1000, idleTransaction: 30_000)
    /// For inboxes: what agents wait for, and what the journal can tell for a while.
    static let inboxes = PostgresLimits(statement: 3000, lock: 1000, silence: 4000, idleTransaction: 30_000)
    /// For batches, whose statements take as long as they take.
    static let batches = PostgresLimits(statement: 0, lock: 20_000, silence: 60_000, idleTransaction: 30_000)

    /// The same with `factor` times as long for each.
    func times(_ factor: UInt64) -> PostgresLimits {
        PostgresLimits(
            statement: statement * factor,
            lock: lock * factor,
            silence: silence * factor,
            idleTransaction: idleTransaction * factor
        )
    }
}
