internal import Bus

/// A store as people look after it, beside a server that may use it.
package struct StoreAdministration: Sendable {
    private let location: StoreLocation
    private let folder: String

    /// - Parameter folder: The data folder, where the embedded store is.
    package init(_ location: StoreLocation, folder: String) {
        self.location = location
        self.folder = folder
    }

    private var file: String { "\(folder)/store.db" }

    /// Creates what is missing of the database and its tables. The embedded store must not be in use; servers of a
    /// PostgreSQL store may run.
    package func migrate() async throws(StorageError) -> SchemaChange {
        switch location {
        case .embedded:
            let folder = try DataFolder(path: folder)
            defer { folder.release() }
            return try SQLiteSchema.migrate(file)
        case .postgres(let options):
            return try await StoreAdministration.withLoop { loop throws(StorageError) in
                try await PostgresDatabase.prepare(options, on: loop)
            }
        }
    }

    /// What the store holds at one moment.
    package func report() async throws(StorageError) -> StoreReport {
        switch location {
        case .embedded: try SQLiteReport.report(on: file)
        case .postgres(let options):
            try await StoreAdministration.withLoop { loop throws(StorageError) in
                try await PostgresReport.report(on: options, loop)
            }
        }
    }

    /// Copies an embedded store into a new file while a server may write to it; blocks.
    ///
    /// - Parameter progress: Called with the part that is done, in 0...1.
    package func copyEmbedded(to copy: String, progress: @escaping (Double) -> Void) throws(StorageError) {
        try SQLiteBackup.copy(file, to: copy, progress: progress)
    }

    private static func withLoop<Value>(
        _ body: (EventLoop) async throws(StorageError) -> Value
    ) async throws(StorageError) -> Value {
        let loop = EventLoop(name: "dcm-administration")
        loop.start()
        defer { loop.stop() }
        return try await body(loop)
    }
}
