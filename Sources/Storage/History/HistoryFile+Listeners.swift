internal import Bus

/// Agents that have to acknowledge events.
extension HistoryFile {
    static let createListeners = """
        CREATE TABLE listeners (agent_id TEXT PRIMARY KEY, patterns TEXT NOT NULL, left_at INTEGER) STRICT, WITHOUT ROWID
        """

    /// Writes what has changed in one transaction.
    func write(_ listeners: some Collection<KeptListener>) throws(StorageError) {
        try connection.transaction { db in
            let insert = try SQLiteStatement(
                db,
                "INSERT OR REPLACE INTO listeners (agent_id, patterns, left_at) VALUES (?, ?, ?)"
            )
            let delete = try SQLiteStatement(db, "DELETE FROM listeners WHERE agent_id = ?")
            for listener in listeners {
                guard !listener.patterns.isEmpty else {
                    delete.bind(listener.agentID, at: 1)
                    try delete.run()
                    continue
                }
                insert.bind(listener.agentID, at: 1)
                // No pattern has a blank.
                insert.bind(listener.patterns.map(\.text).joined(separator: " "), at: 2)
                insert.bind(listener.leftAt, at: 3)
                try insert.run()
            }
        }
    }

    /// All of them.
    func listeners() throws(StorageError) -> [KeptListener] {
        try connection.access { db in
            let select = try SQLiteStatement(db, "SELECT agent_id, patterns, left_at FROM listeners ORDER BY agent_id")
            var listeners: [KeptListener] = []
            while try select.step() {
                listeners.append(
                    KeptListener(
                        agentID: select.text(0),
                        patterns: select.text(1).split(separator: " ").compactMap { ChannelPattern(String($0)) },
                        leftAt: select.optionalTimestamp(2)
                    )
                )
            }
            return listeners
        }
    }
}
