package import Bus
package import Storage
internal import Synchronization

/// Agents that want to hear nothing of another one: contract section 1.12, enforced.
///
/// A blocked pair exchanges no messages in either direction: who blocks somebody doesn't get an answer that he would not
/// hear. Whether a pair is blocked is answered from memory.
package final class Blocking: Sendable {
    /// Both sides of one agent.
    package struct Status: Equatable, Sendable {
        /// Who blocks it, newest first.
        package let blockers: [BlockingRecord]
        /// Whom it blocks, newest first.
        package let blocked: [BlockingRecord]
    }

    private let store: any BlockingStore
    private let publisher: any MessagePublisher
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp
    private let mirror = StoreMirror(empty: BlockingTable())
    /// Pairs in memory: while there is none, nobody on the path of messages takes a lock.
    private let pairs = Atomic<Int>(0)

    /// Pairs that there may be; all are in memory.
    package static let limit = 10_000
    /// Rows of one answer.
    package static let listLimit = 1000
    private static let longestReason = 500

    package init(
        store: any BlockingStore,
        publisher: any MessagePublisher,
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.store = store
        self.publisher = publisher
        self.ids = ids
        self.now = now
    }

    // MARK: - Changes

    /// Blocks an agent, or gives a new reason. The blocked one hears of it.
    package func block(
        _ blockedAgent: String,
        by blockedBy: String,
        reason: String?
    ) async throws(AgentsError) -> BlockingRecord {
        // As bytes, like everywhere: texts that only look alike are two agents.
        guard ExactText(blockedBy) != ExactText(blockedAgent) else {
            throw AgentsError(.invalid, "An agent cannot block itself")
        }
        // Characters as the original counts them.
        guard (reason?.utf16.count ?? 0) <= Blocking.longestReason else {
            throw .invalid([.init(field: "reason", text: "at most \(Blocking.longestReason) characters")])
        }
        guard mirror.read({ $0.count < Blocking.limit || $0.blocks(blockedBy, blockedAgent) }) else {
            throw AgentsError(.conflict, "There are \(Blocking.limit) blockings already")
        }
        let time = now()
        let wanted = BlockingRecord(
            id: ids.next(at: time),
            blockedBy: blockedBy,
            blockedAgent: blockedAgent,
            reason: reason,
            createdAt: time
        )
        let record: BlockingRecord
        do {
            record = try await store.block(wanted)
        } catch {
            throw AgentsError(error)
        }
        change { $0.insert(blockedBy: blockedBy, blockedAgent: blockedAgent) }
        publish("agent.blocked", about: record) { json in
            json.field("by", record.blockedBy)
            json.field("reason", record.reason)
        }
        return record
    }

    /// Takes a blocking back by its id.
    package func unblock(_ id: UUIDv7) async throws(AgentsError) -> BlockingRecord {
        let record: BlockingRecord?
        do {
            record = try await store.unblock(id)
        } catch {
            throw AgentsError(error)
        }
        return try ended(record)
    }

    /// Takes a blocking back by its pair.
    package func unblock(_ blockedAgent: String, by blockedBy: String) async throws(AgentsError) -> BlockingRecord {
        let record: BlockingRecord?
        do {
            record = try await store.unblock(blockedBy: blockedBy, blockedAgent: blockedAgent)
        } catch {
            throw AgentsError(error)
        }
        return try ended(record)
    }

    private func ended(_ record: BlockingRecord?) throws(AgentsError) -> BlockingRecord {
        guard let record else { throw AgentsError(.notFound, "Blocking record not found") }
        change { $0.remove(blockedBy: record.blockedBy, blockedAgent: record.blockedAgent) }
        publish("agent.unblocked", about: record) { $0.field("by", record.blockedBy) }
        return record
    }

    private func change(_ body: (inout BlockingTable) -> Void) {
        mirror.change { table in
            body(&table)
            pairs.store(table.count, ordering: .relaxed)
        }
    }

    /// On the channel of the blocked agent; an id that can't be in a channel's name has none.
    private func publish(_ event: String, about record: BlockingRecord, _ write: (inout JSONWriter) -> Void) {
        guard let channel = ChannelName("agents/\(record.blockedAgent)") else { return }
        var json = JSONWriter()
        json.beginObject()
        write(&json)
        json.endObject()
        publisher.publish(Message(channel: channel, event: event, data: json.bytes))
    }

    // MARK: - Questions

    /// Who blocks an agent and whom it blocks.
    package func status(of agentID: String) async throws(AgentsError) -> Status {
        do {
            return Status(
                blockers: try await store.blockers(of: agentID, limit: Blocking.listLimit),
                blocked: try await store.blocked(by: agentID, limit: Blocking.listLimit)
            )
        } catch {
            throw AgentsError(error)
        }
    }

    /// True if `blocker` blocks `agentID`, from memory.
    package func blocks(_ blocker: String, _ agentID: String) -> Bool {
        mirror.read { $0.blocks(blocker, agentID) }
    }

    /// True if anybody blocks the agent, from memory.
    package func isBlocked(_ agentID: String) -> Bool { mirror.read { $0.isBlocked(agentID) } }

    /// True if messages between the two are refused, from memory.
    package func separates(_ one: String, _ other: String) -> Bool {
        count > 0 && mirror.read { $0.blocks(one, other) || $0.blocks(other, one) }
    }

    /// Why a message is refused; nil if it isn't.
    package func refusal(from sender: String, to agentID: String) -> AgentsError? {
        guard count > 0 else { return nil }
        return mirror.read { table in
            if table.blocks(agentID, sender) {
                AgentsError(.blocked, "\(agentID) has blocked \(sender): the message was not accepted")
            } else if table.blocks(sender, agentID) {
                AgentsError(.blocked, "\(sender) has blocked \(agentID): unblock it before you write to it")
            } else {
                nil
            }
        }
    }

    /// Pairs in memory.
    package var count: Int { pairs.load(ordering: .relaxed) }

    /// Takes over the store's table.
    func reload() async throws(StorageError) {
        try await mirror.reload { () throws(StorageError) in
            BlockingTable(try await self.store.blockings(limit: Blocking.limit))
        }
        mirror.read { pairs.store($0.count, ordering: .relaxed) }
    }
}
