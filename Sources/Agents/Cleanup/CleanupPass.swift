internal import Storage

/// What one way through all tables has done.
struct CleanupPass: Codable, Equatable, Sendable {
    /// Rows by the name of their table.
    var deleted: [String: Int] = [:]
    var closedSessions = 0

    subscript(table: CleanableTable) -> Int {
        get { deleted[table.rawValue] ?? 0 }
        set { deleted[table.rawValue] = newValue }
    }
}

/// Another server cleans at this moment: this one stops.
struct AnotherCleans: Error {}
