package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Inboxes for operators: how long they are, and what couldn't be delivered.
package struct InboxRoutes: Sendable {
    private let messages: Messages
    private let inboxes: Inboxes

    package init(messages: Messages, inboxes: Inboxes) {
        self.messages = messages
        self.inboxes = inboxes
    }

    package var routes: [Route] {
        [
            Route(.get, "/api/inboxes", RouteDescription("list", tag: "inboxes", answers: []), action: list),
            Route(
                .get,
                "/api/dead-letters",
                RouteDescription("deadLetters", tag: "inboxes", answers: []),
                action: deadLetters
            ),
            Route(
                .post,
                "/api/dead-letters/:id/retry",
                RouteDescription("retry", tag: "inboxes", answers: []),
                action: retry
            ),
        ]
    }

    private static let maximumLimit = 1000

    @Sendable private func list(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        let query = request.query
        let limit = try query.integer("limit", default: 100, in: 1...InboxRoutes.maximumLimit)
        let lag = messages.lag
        let figures: [InboxFigures]
        do throws(AgentsError) {
            figures = try await messages.inboxFigures(limit: limit, isStale: query.allowsStale)
        } catch {
            throw GatewayError(error)
        }
        let now = Timestamp.now()
        var json = JSONWriter()
        json.beginObject()
        json.key("inboxes")
        json.beginArray()
        for inbox in figures {
            json.beginObject()
            json.field("agent_id", inbox.agentID)
            json.field("pending", inbox.pending)
            json.field("offered", inbox.offered)
            json.field("oldest_at", inbox.oldest)
            json.field("oldest_age_ms", max(0, Int(now.milliseconds - inbox.oldest.milliseconds)))
            json.field("connections", inboxes.connections(of: inbox.agentID))
            json.endObject()
        }
        json.endArray()
        json.field("count", figures.count)
        if query.allowsStale { json.behind(lag) }
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func deadLetters(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        let query = request.query
        let limit = try query.integer("limit", default: 100, in: 1...InboxRoutes.maximumLimit)
        let offset = try query.integer("offset", default: 0, in: 0...Int(Int32.max))
        let items: [DeadItem]
        do throws(AgentsError) {
            items = try await messages.deadItems(of: query.text("agent_id"), limit: limit, offset: offset)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("dead_letters")
        json.beginArray()
        for item in items {
            json.beginObject()
            json.describe(item.message)
            json.field("content", raw: item.message.content.utf8Span.span)
            json.field("agent_id", item.agentID)
            json.field("attempts", item.attempts)
            json.field("dead_at", item.deadAt)
            json.endObject()
        }
        json.endArray()
        json.field("count", items.count)
        json.field("limit", limit)
        json.field("offset", offset)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func retry(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        guard let id = UUIDv7(request.parameter("id")) else {
            throw GatewayError.validation(["id": ["id must be a valid UUID"]])
        }
        var body = try JSONBody(request.body)
        let agentID = body.requiredString("agent_id")
        try body.check()
        do throws(AgentsError) {
            try await messages.revive(id, of: agentID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.field("id", id.description)
        json.field("agent_id", agentID)
        json.field("state", InboxItemState.stored.rawValue)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
