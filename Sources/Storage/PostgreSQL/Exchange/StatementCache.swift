/// The statements that a connection has prepared, by their text; the one that was not used for the longest time goes.
struct StatementCache {
    static let limit = 64

    private struct Entry {
        var name: String
        var lastUse: UInt64
    }

    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0

    /// What to send for one command.
    enum Request: Equatable {
        /// Run it as it is.
        case once
        /// It is prepared under this name.
        case prepared(String)
        /// Prepare it under this name first, and drop the other.
        case prepare(String, dropping: String?)
    }

    mutating func request(for sql: String) -> Request {
        uses += 1
        if let name = entries[sql]?.name {
            entries[sql]?.lastUse = uses
            return .prepared(name)
        }
        var dropped: String?
        if entries.count >= StatementCache.limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            dropped = oldest.value.name
            entries[oldest.key] = nil
        }
        // Never used twice: what became of an earlier statement then doesn't matter.
        let name = "dcm\(uses)"
        entries[sql] = Entry(name: name, lastUse: uses)
        return .prepare(name, dropping: dropped)
    }

    /// It could not be prepared.
    mutating func forget(_ sql: String) { entries[sql] = nil }
}
