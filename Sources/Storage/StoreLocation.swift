/// Where the store is that the journal is emptied into.
package enum StoreLocation: Equatable, Sendable {
    /// A SQLite file in the data folder.
    case embedded
    /// A database that several servers may share.
    case postgres(PostgresOptions)

    /// `embedded` or `postgresql`, for people and programs.
    package var kind: String {
        switch self {
        case .embedded: StoreLocation.embeddedKind
        case .postgres: StoreLocation.postgresKind
        }
    }

    /// Whether other servers may change what it holds.
    package var isShared: Bool { kind == StoreLocation.postgresKind }

    static let embeddedKind = "embedded"
    static let postgresKind = "postgresql"
}
