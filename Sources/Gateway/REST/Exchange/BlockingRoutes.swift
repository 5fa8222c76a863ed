package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Who wants to hear nothing of whom: contract section 1.12.
package struct BlockingRoutes: Sendable {
    private let blocking: Blocking

    package init(blocking: Blocking) { self.blocking = blocking }

    package var routes: [Route] {
        [
            Route(.post, "/api/blocking", BlockingDescriptions.block, handle: block),
            Route(.get, "/api/blocking/check", BlockingDescriptions.check, handle: check),
            Route(.get, "/api/blocking/:id", BlockingDescriptions.status, handle: status),
            Route(.delete, "/api/blocking/:id", BlockingDescriptions.unblockByID, handle: unblockByID),
            Route(.post, "/api/unblock", BlockingDescriptions.unblock, handle: unblock),
        ]
    }

    @Sendable private func block(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let blockedAgent = try input.body.required(BlockingDescriptions.blockedAgent)
        let blockedBy = try input.body.required(BlockingDescriptions.blockedBy)
        let reason = input.body[BlockingDescriptions.reason]
        let record: BlockingRecord
        do throws(AgentsError) {
            record = try await blocking.block(blockedAgent, by: blockedBy, reason: reason)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("blocking")
        json.beginObject()
        BlockingRoutes.write(record, to: &json)
        json.field("created_at", record.createdAt)
        json.endObject()
        json.endObject()
        return RESTResponse(.created, body: json.bytes)
    }

    private static func write(_ record: BlockingRecord, to json: inout JSONWriter) {
        json.field("id", record.id.description)
        json.field("blocked_by", record.blockedBy)
        json.field("blocked_agent", record.blockedAgent)
        json.field("reason", record.reason)
    }

    @Sendable private func status(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.path.required(BlockingDescriptions.agentID)
        let status: Blocking.Status
        do throws(AgentsError) {
            status = try await blocking.status(of: agentID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", agentID)
        json.field("is_blocked", !status.blockers.isEmpty)
        BlockingRoutes.write(status.blockers, as: "blocked_by", agent: ("by_agent", \.blockedBy), to: &json)
        json.field("is_blocking", !status.blocked.isEmpty)
        BlockingRoutes.write(status.blocked, as: "blocking", agent: ("agent", \.blockedAgent), to: &json)
        json.key("summary")
        json.beginObject()
        json.field("blocked_by_count", status.blockers.count)
        json.field("blocking_count", status.blocked.count)
        json.endObject()
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private static func write(
        _ records: [BlockingRecord],
        as name: String,
        agent: (name: String, value: KeyPath<BlockingRecord, String>),
        to json: inout JSONWriter
    ) {
        json.key(name)
        json.beginArray()
        for record in records {
            json.beginObject()
            json.field("id", record.id.description)
            json.field(agent.name, record[keyPath: agent.value])
            json.field("reason", record.reason)
            json.field("since", record.createdAt)
            json.endObject()
        }
        json.endArray()
    }

    /// Answered from memory, so that it works while the store is away.
    @Sendable private func check(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let blocker = input.query[BlockingDescriptions.blocker]
        let agent = input.query[BlockingDescriptions.blocked]
        let isBlocked: Bool
        let blocked: String
        if let blocker, let agent {
            blocked = agent
            isBlocked = blocking.blocks(blocker, agent)
        } else if let agent = input.query[BlockingDescriptions.anybody], blocker == nil {
            blocked = agent
            isBlocked = blocking.isBlocked(agent)
        } else {
            throw GatewayError(.badRequest, "Missing required query params: blocker and blocked")
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("blocker", blocker)
        json.field("blocked", blocked)
        json.field("is_blocked", isBlocked)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func unblockByID(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        do throws(AgentsError) {
            return BlockingRoutes.answer(try await blocking.unblock(id))
        } catch {
            throw GatewayError(error)
        }
    }

    @Sendable private func unblock(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let blockedAgent = try input.body.required(BlockingDescriptions.blockedAgent)
        let blockedBy = try input.body.required(BlockingDescriptions.blockedBy)
        do throws(AgentsError) {
            return BlockingRoutes.answer(try await blocking.unblock(blockedAgent, by: blockedBy))
        } catch {
            throw GatewayError(error)
        }
    }

    private static func answer(_ record: BlockingRecord) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("unblocked")
        json.beginObject()
        write(record, to: &json)
        json.endObject()
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
