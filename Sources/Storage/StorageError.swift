/// Why something in the storage failed.
package struct StorageError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What kind of failure it is; stable, for decisions in code.
    package enum Code: String, Sendable {
        /// Another server uses the data folder.
        case folderInUse
        /// The folder, a file in it or the database can't be opened, read or written.
        case unreadable
        /// The disk is full: nothing was accepted.
        case diskFull
        /// The store was written by a newer version of this program.
        case newerSchema
        /// The store or journal did not answer in time, or the journal is at its limit: try again later.
        case unavailable
        /// What was asked for is not there.
        case notFound
        /// A file is damaged.
        case corrupt
        /// The store refuses what one record says; the same record would be refused again.
        case rejected
        /// Anything else that the database says.
        case database
    }

    package let code: Code
    /// One sentence for people; never sent to clients when it comes from the database.
    package let message: String
    /// The five characters with which PostgreSQL says what failed; nil if it wasn't PostgreSQL that failed.
    package let sqlState: String?

    package init(_ code: Code, _ message: String, sqlState: String? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }

    package var description: String { message }
}
