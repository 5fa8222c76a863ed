internal import Bus
internal import Logging

/// A database as a server finds it at its start: maybe absent, maybe empty.
enum PostgresDatabase {
    /// SQLSTATE of a database that isn't there, and of one that somebody else has just created.
    private static let absent = "3D000"
    private static let duplicates: Set = ["42P04", "23505"]

    /// Creates the database and its tables where they are missing.
    @discardableResult
    static func prepare(_ options: PostgresOptions, on loop: EventLoop) async throws(StorageError) -> SchemaChange {
        do throws(StorageError) {
            let found = try await applySchema(options, on: loop)
            return SchemaChange(from: found, to: PostgresSchema.version)
        } catch {
            guard error.sqlState == absent else { throw error }
            try await create(options, on: loop)
            let found = try await applySchema(options, on: loop)
            return SchemaChange(from: found, to: PostgresSchema.version, createdDatabase: true)
        }
    }

    private static func applySchema(_ options: PostgresOptions, on loop: EventLoop) async throws(StorageError) -> Int {
        try await with(options, on: loop) { connection throws(StorageError) in
            try await PostgresSchema.apply(on: connection)
        }
    }

    /// Through the database `postgres`, which every server has.
    private static func create(_ options: PostgresOptions, on loop: EventLoop) async throws(StorageError) {
        let name = options.database
        do throws(StorageError) {
            try await with(options.with(database: "postgres"), on: loop) { connection throws(StorageError) in
                // An identifier can't be a parameter. The template is the one that has no encoding of its own.
                let sql = "CREATE DATABASE \(quoted(name)) ENCODING 'UTF8' TEMPLATE template0"
                _ = try await connection.run(PostgresCommand(sql, isPrepared: false))
            }
        } catch {
            if let sqlState = error.sqlState, duplicates.contains(sqlState) { return }
            throw StorageError(
                error.code,
                "the database \(name) is absent and can't be created (\(error.message)); create it with: createdb \(name)",
                sqlState: error.sqlState
            )
        }
        Logger(label: "dcm.postgres").notice("created the database", metadata: ["name": "\(name)"])
    }

    /// A name in double quotes, as the manual defines delimited identifiers (section 4.1.1).
    static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Runs `body` with a connection of its own, whose statements take as long as they take.
    static func with<Value>(
        _ options: PostgresOptions,
        on loop: EventLoop,
        _ body: (PostgresConnection) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let connection = PostgresConnection(options, limits: .batches, on: loop)
        do throws(StorageError) {
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
