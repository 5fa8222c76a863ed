package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// What agents have to know to go on with their work: contract section 1.13.
package struct ContextRoutes: Sendable {
    private let briefs: ContextBriefs
    private let compacted: CompactedSessions

    package init(briefs: ContextBriefs, compacted: CompactedSessions) {
        self.briefs = briefs
        self.compacted = compacted
    }

    package var routes: [Route] {
        [
            Route(.get, "/api/context/:agent_id", ContextDescriptions.get, handle: get),
            Route(.post, "/api/context/generate", ContextDescriptions.generate, handle: generate),
            Route(.post, "/api/compact/restore", ContextDescriptions.restore, handle: restore),
            Route(.get, "/api/compact/status/:session_id", ContextDescriptions.status, handle: status),
        ]
    }

    @Sendable private func get(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.path.required(ContextDescriptions.agent)
        do throws(AgentsError) {
            var sessionID = input.query[ContextDescriptions.sessionID]
            if sessionID == nil { sessionID = try await briefs.activeSession(of: agentID) }
            guard let sessionID else { return ContextRoutes.nothing(for: agentID) }
            let options = BriefOptions(agentID: agentID, sessionID: sessionID, input.query)
            if input.query[ContextDescriptions.format] == .raw {
                return ContextRoutes.raw(try await briefs.facts(options))
            }
            return ContextRoutes.answer(try await briefs.brief(options))
        } catch {
            throw GatewayError(error)
        }
    }

    private static func nothing(for agentID: String) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", agentID)
        json.key("context")
        json.null()
        json.field("message", "No active session found for this agent")
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private static func raw(_ facts: BriefFacts) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", facts.agentID)
        json.field("session_id", facts.sessionID)
        json.field("agent_type", facts.agentType)
        json.key("data")
        json.facts(facts)
        json.key("counts")
        json.beginObject()
        json.field("tasks", facts.tasks.count)
        json.field("messages", facts.messages.count)
        json.field("blockings", facts.blockings.count)
        json.field("history", facts.history.count)
        json.endObject()
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private static func answer(_ brief: ContextBrief) -> RESTResponse {
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", brief.agentID)
        json.field("session_id", brief.sessionID)
        json.field("agent_type", brief.agentType)
        json.key("brief")
        json.beginObject()
        json.field("id", brief.id.description)
        json.text(of: brief)
        json.endObject()
        json.sources(brief.sources)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func generate(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.body.required(ContextDescriptions.agentInBody)
        let sessionID = try input.body.required(ContextDescriptions.sessionInBody)
        var options = BriefOptions(agentID: agentID, sessionID: sessionID, input.body)
        options.projectID = input.body[ContextDescriptions.project]
        let brief: ContextBrief
        do throws(AgentsError) {
            brief = try await briefs.brief(options)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("brief")
        json.beginObject()
        json.field("id", brief.id.description)
        json.field("agent_id", brief.agentID)
        json.field("agent_type", brief.agentType)
        json.field("session_id", brief.sessionID)
        json.text(of: brief)
        json.endObject()
        json.sources(brief.sources)
        json.endObject()
        return RESTResponse(.created, body: json.bytes)
    }

    @Sendable private func restore(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.body.required(ContextDescriptions.restoredAgent)
        let sessionID = try input.body.required(ContextDescriptions.session)
        var options = BriefOptions(agentID: agentID, sessionID: sessionID, input.body)
        options.agentType = options.agentType ?? "developer"
        options.historyLimit = 15
        options.summary = input.body[ContextDescriptions.summary]
        let restoration: CompactedSessions.Restoration
        do throws(AgentsError) {
            restoration = try await compacted.restore(options)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.field("brief", restoration.brief.content)
        json.sources(restoration.brief.sources)
        json.field("session_compacted", restoration.isRecorded)
        json.field("restored_at", restoration.restoredAt)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func status(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let sessionID = try input.path.required(ContextDescriptions.session)
        let status: CompactedSessions.Status
        do throws(AgentsError) {
            status = try await compacted.status(of: sessionID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("session_id", sessionID)
        json.field("exists", status != .unknown)
        switch status {
        case .unknown: json.field("compacted", false)
        case .whole: json.compaction(nil)
        case .compacted(let compaction): json.compaction(compaction)
        }
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}

extension BriefOptions {
    /// What the routes have in common.
    fileprivate init(agentID: String, sessionID: String, _ values: FieldValues) {
        self.init(agentID: agentID, sessionID: sessionID)
        agentType = values[ContextDescriptions.agentType]
        maximumTokens = values[ContextDescriptions.maximumTokens] ?? maximumTokens
        includesHistory = values[ContextDescriptions.includesHistory] ?? includesHistory
        includesMessages = values[ContextDescriptions.includesMessages] ?? includesMessages
        includesBlocking = values[ContextDescriptions.includesBlocking] ?? includesBlocking
        historyLimit = values[ContextDescriptions.historyLimit] ?? historyLimit
    }
}
