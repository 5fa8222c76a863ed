import ArgumentParser
import Configuration
import Storage

/// `dcm database`
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Look after the store: its tables, what is in it, a copy of it.",
        subcommands: [DatabaseMigrate.self, DatabaseStatus.self, DatabaseBackup.self]
    )
}

/// Which store the commands are about; found in the same way as by `dcm serve`.
struct StoreOptions: ParsableArguments {
    @OptionGroup var location: DataLocation
    @OptionGroup var database: DatabaseLocation

    /// The place of the store.
    func storeLocation() throws -> StoreLocation {
        try database.store(ConfigReader(provider: EnvironmentVariablesProvider()))
    }

    /// Runs `body` on the store; what the store says against it is told in one sentence.
    func withAdministration<Value>(
        _ body: (StoreAdministration) async throws(StorageError) -> Value
    ) async throws -> Value {
        let store = StoreAdministration(try storeLocation(), folder: location.path)
        do throws(StorageError) {
            return try await body(store)
        } catch {
            throw CommandError(error.sentence)
        }
    }
}
