package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Tool calls: contract section 1.6.
package struct ActionRoutes: Sendable {
    private let recorder: ActionRecorder
    private let history: ActionHistory

    package init(recorder: ActionRecorder, history: ActionHistory) {
        self.recorder = recorder
        self.history = history
    }

    package var routes: [Route] {
        [
            // The hot route: it decodes its body itself, in one pass; a test holds it against its description.
            Route(.post, "/api/actions", ActionDescriptions.record, action: record),
            Route(.get, "/api/actions", ActionDescriptions.list, handle: list),
            Route(.get, "/api/actions/hourly", ActionDescriptions.hourly, handle: hourly),
            Route(.delete, "/api/actions/:id", ActionDescriptions.delete, handle: delete),
            Route(
                .delete,
                "/api/actions/by-session/:session_id",
                ActionDescriptions.deleteBySession,
                handle: deleteBySession
            ),
        ]
    }

    @Sendable private func record(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        let action = try ActionRoutes.decode(request.body)
        do throws(AgentsError) {
            let repeatable = try request.fields[.idempotencyKey].map { (key) throws(AgentsError) in
                try RepeatableRequest(route: "POST /api/actions", key: key, body: request.body.span)
            }
            let answer = try await recorder.record(action, repeatable: repeatable, answer: ActionRoutes.encode)
            return RESTResponse(.created, body: answer.body)
        } catch {
            throw GatewayError(error)
        }
    }

    private static func decode(_ bytes: [UInt8]) throws(GatewayError) -> NewAction {
        var body = try JSONBody(bytes)
        let toolName = body.requiredString("tool_name")
        let toolType: ToolType? = body.choice("tool_type", required: true)
        var action = NewAction(toolName: toolName, toolType: toolType ?? .builtin)
        action.input = body.string("input")
        action.output = body.string("output")
        // The contract's clients leave the exit code out when all went well.
        action.exitCode = body.integer("exit_code", in: Int(Int32.min)...Int(Int32.max)) ?? 0
        action.durationMilliseconds = body.integer("duration_ms", in: 0...Int(Int32.max))
        action.filePaths = body.strings("file_paths") ?? []
        action.subtaskID = body.uuid("subtask_id")
        action.sessionID = body.string("session_id")
        action.projectPath = body.string("project_path")
        try body.check()
        return action
    }

    private static func encode(_ record: ActionRecord) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("action")
        json.beginObject()
        json.field("id", record.id.description)
        json.field("tool_name", record.toolName)
        json.field("tool_type", record.toolType)
        json.field("exit_code", record.exitCode.map(Int64.init))
        json.field("duration_ms", record.durationMilliseconds.map(Int64.init))
        json.field("session_id", record.sessionID)
        json.field("created_at", record.createdAt)
        json.field("keywords_extracted", record.keywords.count)
        json.endObject()
        json.endObject()
        return json.bytes
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let page = try input.query.page()
        let filter = ActionFilter(
            toolName: input.query[ActionDescriptions.toolName],
            toolType: input.query[ActionDescriptions.toolType],
            sessionID: input.query[ActionDescriptions.sessionID],
            limit: page.limit,
            offset: page.offset,
            cursor: page.cursor
        )
        let lag = history.lag
        let actions: PageRows<ActionSummary>
        do throws(AgentsError) {
            actions = try await history.list(filter, isStale: input.allowsStale)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.list("actions", actions, page) { json, action in ActionRoutes.write(action, to: &json) }
        if input.allowsStale { json.behind(lag) }
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private static func write(_ action: ActionSummary, to json: inout JSONWriter) {
        json.beginObject()
        json.field("id", action.id.description)
        json.field("tool_name", action.toolName)
        json.field("tool_type", action.toolType)
        json.field("exit_code", action.exitCode.map(Int64.init))
        json.field("duration_ms", action.durationMilliseconds.map(Int64.init))
        json.field("file_paths", action.filePaths)
        json.field("session_id", action.sessionID)
        json.field("project_path", action.projectPath)
        json.field("created_at", action.createdAt)
        json.endObject()
    }

    @Sendable private func hourly(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let lag = history.lag
        let hours: [HourlyCount]
        do throws(AgentsError) {
            hours = try await history.hourly(isStale: input.allowsStale)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("data")
        json.beginArray()
        for hour in hours {
            json.beginObject()
            json.field("hour", hour.hour)
            json.field("count", hour.count)
            json.endObject()
        }
        json.endArray()
        json.field("period", "24h")
        if input.allowsStale { json.behind(lag) }
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func delete(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        do throws(AgentsError) {
            try await history.delete(id)
        } catch {
            throw GatewayError(error)
        }
        return RESTResponse(.noContent)
    }

    @Sendable private func deleteBySession(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let sessionID = try input.path.required(ActionDescriptions.session)
        let count: Int
        do throws(AgentsError) {
            count = try await history.deleteAll(ofSession: sessionID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.field("deleted_count", count)
        json.field("session_id", sessionID)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}

extension HTTPField.Name {
    /// The draft "The Idempotency-Key HTTP Header Field".
    static var idempotencyKey: HTTPField.Name { IdempotencyKey.name }

    private enum IdempotencyKey {
        static let name = HTTPField.Name("Idempotency-Key") ?? .ifMatch
    }
}
