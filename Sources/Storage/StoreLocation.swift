/// Where the store is that the journal is emptied into.
package enum StoreLocation: Equatable, Sendable {
    /// A SQLite file in the data folder.
    case embedded
    /// A database that several servers may share.
    case postgres(PostgresOptions)
}
