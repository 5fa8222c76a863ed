internal import Bus
internal import GRDB

extension SQLiteWriter {
    /// The only server of this file holds all items; only those of broadcasts may be missing.
    func claimItems(of agentID: String, now: Timestamp) throws(StorageError) {
        try connection.transaction { db in
            let insert = try SQLiteStatement(db, InboxStatements.insertOfBroadcasts)
            insert.bind(agentID, at: 1)
            insert.bind(now.milliseconds, at: 2)
            try insert.run()
        }
    }

    func reviveItem(ofMessage id: UUIDv7, agentID: String, expiresAt: Timestamp) throws(StorageError) -> Bool {
        try connection.transaction { db in
            let revive = try SQLiteStatement(db, InboxStatements.revive)
            revive.bind(expiresAt.milliseconds, at: 1)
            revive.bind(id.description, at: 2)
            revive.bind(agentID, at: 3)
            try revive.run()
            guard db.changesCount > 0 else { return false }
            let prolong = try SQLiteStatement(db, InboxStatements.prolong)
            prolong.bind(expiresAt.milliseconds, at: 1)
            prolong.bind(id.description, at: 2)
            try prolong.run()
            return true
        }
    }

    func expireItems(now: Timestamp, limit: Int) throws(StorageError) -> [ExpiredItem] {
        try connection.transaction { db in
            let expire = try SQLiteStatement(db, InboxStatements.expire)
            defer { expire.reset() }
            expire.bind(now.milliseconds, at: 1)
            expire.bind(Int64(limit), at: 2)
            var items: [ExpiredItem] = []
            while try expire.step() {
                items.append(
                    ExpiredItem(
                        messageID: try expire.uuid(0),
                        agentID: expire.text(1),
                        sender: expire.optionalText(2),
                        topic: expire.text(3)
                    )
                )
            }
            return items
        }
    }
}
