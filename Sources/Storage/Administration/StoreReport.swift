package import Bus

/// A store as `dcm database status` shows it.
package struct StoreReport: Equatable, Sendable {
    /// A table and how many rows it has.
    package struct Table: Equatable, Sendable {
        package var name: String
        package var rows: Int
    }

    /// How far the store holds the journal of one server.
    package struct Mark: Equatable, Sendable {
        package var journalID: String
        package var position: JournalPosition
        package var updatedAt: Timestamp
    }

    /// The file, or the database and its server; without a password.
    package var place: String
    /// What the store has; 0 without tables.
    package var schemaVersion: Int
    /// The newest that this program knows.
    package var knownVersion: Int
    /// Empty for a store without tables.
    package var tables: [Table] = []
    /// Records that the store refused, kept in `rejected_records`.
    package var rejected = 0
    /// What the store takes on the disk.
    package var bytes: Int64 = 0
    /// Those that changed last come first.
    package var marks: [Mark] = []
}

/// What a migration did.
package struct SchemaChange: Equatable, Sendable {
    /// 0 if there were no tables.
    package var from: Int
    package var to: Int
    /// The database itself was created too.
    package var createdDatabase = false
}
