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
            Route(.get, "/api/inboxes", InboxDescriptions.list, handle: list),
            Route(.get, "/api/dead-letters", InboxDescriptions.deadLetters, handle: deadLetters),
            Route(.post, "/api/dead-letters/:id/retry", InboxDescriptions.retry, handle: retry),
        ]
    }

    @Sendable private func list(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let limit = try input.query.required(CommonFields.limit)
        let lag = messages.lag
        let figures: [InboxFigures]
        do throws(AgentsError) {
            figures = try await messages.inboxFigures(limit: limit, isStale: input.allowsStale)
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
        if input.allowsStale { json.behind(lag) }
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    @Sendable private func deadLetters(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = input.query[InboxDescriptions.onlyAgent]
        let limit = try input.query.required(CommonFields.limit)
        let offset = try input.query.required(CommonFields.offset)
        let items: [DeadItem]
        do throws(AgentsError) {
            items = try await messages.deadItems(of: agentID, limit: limit, offset: offset)
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
            json.field("channel", item.message.channel)
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

    @Sendable private func retry(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let agentID = try input.body.required(InboxDescriptions.agentID)
        let state: InboxItemState
        do throws(AgentsError) {
            state = try await messages.revive(id, of: agentID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.field("id", id.description)
        json.field("agent_id", agentID)
        json.field("state", state.rawValue)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
