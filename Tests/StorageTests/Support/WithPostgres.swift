import Bus
import Logging
import TestSupport

@testable import Storage

/// Runs `body` with a connection on a loop of its own; by default to the database `postgres` of the shared server.
@discardableResult
func withPostgres<Value>(
    _ options: PostgresOptions? = nil,
    limits: PostgresLimits = .requests.times(testPatience),
    logger: Logger = Logger(label: "test"),
    notified: @escaping @Sendable (PostgresNotification) -> Void = { _ in },
    _ body: (PostgresConnection) async throws -> Value
) async throws -> Value {
    let options = if let options { options } else { try await PostgresServer.shared().options() }
    return try await withLoop { loop in
        let connection = PostgresConnection(options, limits: limits, on: loop, logger: logger, notified: notified)
        do {
            try await connection.open()
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}

/// Runs `body` with a loop that is stopped behind it.
func withLoop<Value>(_ body: (EventLoop) async throws -> Value) async throws -> Value {
    let loop = EventLoop(name: "test-postgres")
    loop.start()
    do {
        let value = try await body(loop)
        loop.stop()
        return value
    } catch {
        loop.stop()
        throw error
    }
}

extension PostgresConnection {
    /// Runs a statement without parameters.
    @discardableResult
    func execute(_ sql: String) async throws(StorageError) -> PostgresResult {
        try await run(PostgresCommand(sql, isPrepared: false))
    }

    var processID: Int64 {
        get async throws { try await execute("SELECT pg_backend_pid()").integer(0, 0) }
    }
}
