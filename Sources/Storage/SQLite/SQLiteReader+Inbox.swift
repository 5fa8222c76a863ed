internal import Bus
internal import GRDB

extension SQLiteReader {
    func pendingItems(
        of agentID: String,
        after cursor: InboxCursor,
        now: Timestamp
    ) throws(StorageError) -> InboxPage {
        try connection.access { db in
            let select = try SQLiteStatement(db, InboxStatements.page())
            defer { select.reset() }
            select.bind(agentID, at: 1)
            select.bind(now.milliseconds, at: 2)
            select.bind(Int64(cursor.priority), at: 3)
            select.bind(cursor.messageID.description, at: 4)
            select.bind(Int64(InboxPage.rows + 1), at: 5)
            var page = InboxPageBuilder()
            while page.hasRoom, try select.step() {
                let first = Int32(MessageStatements.columnCount)
                page.add(
                    InboxItem(
                        message: try MessageRecord(row: select),
                        attempts: Int(select.integer(first)),
                        nextOfferAt: select.optionalTimestamp(first + 1)
                    )
                )
            }
            return page.page
        }
    }

    func itemStates(ofMessage id: UUIDv7) throws(StorageError) -> [InboxItemStatus] {
        try connection.access { db in
            let select = try SQLiteStatement(db, InboxStatements.states)
            defer { select.reset() }
            select.bind(id.description, at: 1)
            var states: [InboxItemStatus] = []
            while try select.step() {
                guard let state = InboxItemState(rawValue: select.text(1)) else { continue }
                var status = InboxItemStatus(
                    agentID: select.text(0),
                    state: state,
                    attempts: Int(select.integer(2)),
                    storedAt: Timestamp(milliseconds: select.integer(3))
                )
                status.offeredAt = select.optionalTimestamp(4)
                status.nextOfferAt = select.optionalTimestamp(5)
                status.acknowledgedAt = select.optionalTimestamp(6)
                status.expiredAt = select.optionalTimestamp(7)
                status.deadAt = select.optionalTimestamp(8)
                states.append(status)
            }
            return states
        }
    }

    func deadItems(of agentID: String?, limit: Int, offset: Int) throws(StorageError) -> [DeadItem] {
        try connection.access { db in
            let select = try SQLiteStatement(db, InboxStatements.dead(ofAgent: agentID != nil))
            defer { select.reset() }
            var index: Int32 = 1
            if let agentID {
                select.bind(agentID, at: 1)
                index = 2
            }
            select.bind(Int64(limit), at: index)
            select.bind(Int64(offset), at: index + 1)
            var items: [DeadItem] = []
            var bytes = 0
            while bytes < MessageFilter.pageBytes, try select.step() {
                let message = try MessageRecord(row: select)
                bytes += message.content.utf8.count
                let first = Int32(MessageStatements.columnCount)
                items.append(
                    DeadItem(
                        message: message,
                        agentID: select.text(first),
                        attempts: Int(select.integer(first + 1)),
                        deadAt: Timestamp(milliseconds: select.integer(first + 2))
                    )
                )
            }
            return items
        }
    }

    func inboxFigures(limit: Int) throws(StorageError) -> [InboxFigures] {
        try connection.access { db in
            let select = try SQLiteStatement(db, InboxStatements.figures)
            defer { select.reset() }
            select.bind(Int64(limit), at: 1)
            var figures: [InboxFigures] = []
            while try select.step() {
                figures.append(
                    InboxFigures(
                        agentID: select.text(0),
                        pending: Int(select.integer(1)),
                        offered: Int(select.integer(2)),
                        oldest: Timestamp(milliseconds: select.integer(3))
                    )
                )
            }
            return figures
        }
    }
}
