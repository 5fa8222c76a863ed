import ArgumentParser
import Storage

/// `dcm database migrate`
struct DatabaseMigrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create what is missing of the database and its tables.",
        discussion: "A server does the same at its start. An embedded store must not be in use by one."
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let change = try await store.withAdministration { store throws(StorageError) in try await store.migrate() }
        if change.createdDatabase { print("The database was created.") }
        switch change.from {
        case change.to: print("The schema has version \(change.to) already; nothing was changed.")
        case 0: print("The tables were created; the schema has version \(change.to).")
        default: print("The schema was changed from version \(change.from) to \(change.to).")
        }
    }
}
