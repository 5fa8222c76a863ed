package import Bus
package import Storage

/// Sessions whose context was compacted: they get a brief in its place, and the record says so.
package final class CompactedSessions: Sendable {
    /// What `restore` did.
    package struct Restoration: Equatable, Sendable {
        package let brief: ContextBrief
        /// The session has requests, and they say now that it was compacted.
        package let isRecorded: Bool
        package let restoredAt: Timestamp
    }

    /// What is known of a session.
    package enum Status: Equatable, Sendable {
        /// No request belongs to it.
        case unknown
        case whole
        case compacted(Compaction)
    }

    private static let fields = JSONFieldTable<3>(["compacted_at", "compact_summary", "compact_agent"])

    private let briefs: ContextBriefs
    private let store: any ContextStore
    private let messages: Messages
    private let now: @Sendable () -> Timestamp

    package init(
        briefs: ContextBriefs,
        store: any ContextStore,
        messages: Messages,
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.briefs = briefs
        self.store = store
        self.messages = messages
        self.now = now
    }

    /// Writes a brief for an agent whose context was compacted, notes the compaction at the session's requests, and puts
    /// a message about it into the agent's inbox.
    package func restore(_ options: BriefOptions) async throws(AgentsError) -> Restoration {
        let time = now()
        let brief = try await briefs.brief(options)
        let compaction = Compaction(compactedAt: time, summary: options.summary, agentID: options.agentID)
        let requests: Int
        do {
            requests = try await store.mergeMetadata(
                CompactedSessions.json(compaction),
                intoRequestsOf: options.sessionID
            )
        } catch {
            throw AgentsError(error)
        }
        do {
            _ = try await messages.send(CompactedSessions.message(about: brief)) { _, _ in [] }
        } catch  where error.code == .blocked {
            // An agent that wants no such messages gets its brief all the same.
        }
        return Restoration(brief: brief, isRecorded: requests > 0, restoredAt: time)
    }

    private static func message(about brief: ContextBrief) -> NewMessage {
        var json = JSONWriter()
        json.beginObject()
        json.field("session_id", brief.sessionID)
        json.field("agent_id", brief.agentID)
        json.field("brief_id", brief.id.description)
        json.field("token_count", brief.tokenCount)
        json.field("truncated", brief.isTruncated)
        json.field("sources_count", brief.sources.count)
        json.endObject()
        var message = NewMessage(
            fromAgent: "context-manager",
            toAgent: brief.agentID,
            topic: "context.generated",
            content: String(decoding: json.bytes, as: UTF8.self)
        )
        message.priority = 5
        return message
    }

    private static func json(_ compaction: Compaction) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("compacted_at", compaction.compactedAt)
        // A summary of an earlier compaction must not stand beside the time of this one.
        json.field("compact_summary", compaction.summary ?? "")
        json.field("compact_agent", compaction.agentID)
        json.endObject()
        return json.bytes
    }

    /// Whether a session was compacted, and how.
    package func status(of sessionID: String) async throws(AgentsError) -> Status {
        let metadata: [UInt8]?
        do {
            metadata = try await store.latestMetadata(ofSession: sessionID)
        } catch {
            throw AgentsError(error)
        }
        guard let metadata else { return .unknown }
        return CompactedSessions.compaction(in: metadata).map { .compacted($0) } ?? .whole
    }

    /// Metadata are a client's own: what doesn't look as `json` makes it is no compaction.
    private static func compaction(in metadata: [UInt8]) -> Compaction? {
        let bytes = metadata.span
        guard let found = try? fields.scan(bytes),
            let text = found[0].flatMap({ try? JSONScanner.string(bytes, $0) }),
            let compactedAt = Timestamp(iso8601: text)
        else { return nil }
        let summary = found[1].flatMap { try? JSONScanner.string(bytes, $0) }.flatMap { $0.isEmpty ? nil : $0 }
        let agentID = found[2].flatMap { try? JSONScanner.string(bytes, $0) }
        return Compaction(compactedAt: compactedAt, summary: summary, agentID: agentID ?? "")
    }
}
