package import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// Messages between agents: contract section 1.10, with acknowledgements and states.
package struct MessageRoutes: Sendable {
    private let messages: Messages
    private let inboxes: Inboxes
    private let authenticator: Authenticator

    package init(messages: Messages, inboxes: Inboxes, authenticator: Authenticator) {
        self.messages = messages
        self.inboxes = inboxes
        self.authenticator = authenticator
    }

    package var routes: [Route] {
        [
            Route(.post, "/api/messages", MessageDescriptions.send, handle: send),
            Route(.get, "/api/messages/:agent_id", MessageDescriptions.fetch, handle: fetch),
            Route(.post, "/api/messages/:id/ack", MessageDescriptions.acknowledge, handle: acknowledge),
            Route(.get, "/api/messages/:id/state", MessageDescriptions.state, handle: state),
        ]
    }

    // MARK: - Sending

    @Sendable private func send(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        // A token says who sends, whatever the body says.
        let message = try NewMessage(input.body, agent: input.request.fields.agent(authenticator))
        do throws(AgentsError) {
            let answer = try await messages.send(
                message,
                repeatable: try MessageRoutes.repeatable(message, input.request),
                answer: MessageRoutes.encode
            )
            return RESTResponse(.created, body: answer.body)
        } catch {
            throw GatewayError(error)
        }
    }

    /// The sender's own id of the message, or else the header.
    private static func repeatable(
        _ message: NewMessage,
        _ request: RESTRequest
    ) throws(AgentsError) -> RepeatableRequest? {
        if let id = message.clientMessageID {
            return RepeatableRequest(messageID: id, of: message.fromAgent, body: request.body.span)
        }
        return try request.fields[.idempotencyKey].map { (key) throws(AgentsError) in
            try RepeatableRequest(route: "POST /api/messages", key: key, body: request.body.span)
        }
    }

    private static func encode(_ message: MessageRecord, _ isKnown: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.key("message")
        json.beginObject()
        json.describe(message)
        json.field("client_message_id", message.clientMessageID)
        json.endObject()
        json.field("known", isKnown)
        json.endObject()
        return json.bytes
    }

    // MARK: - Fetching

    @Sendable private func fetch(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.path.required(MessageDescriptions.reader)
        try input.request.fields.agent(authenticator).mayActFor(agentID)
        let filter = MessageFilter(
            agentID: agentID,
            since: input.query[MessageDescriptions.since],
            topic: input.query[MessageDescriptions.onlyTopic],
            includesBroadcasts: try input.query.required(MessageDescriptions.includesBroadcasts),
            limit: try input.query.required(CommonFields.limit)
        )
        let page: MessagePage
        do throws(AgentsError) {
            page = try await messages.fetch(filter)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", agentID)
        json.key("messages")
        json.beginArray()
        for found in page.messages {
            json.beginObject()
            json.describe(found.message)
            json.field("content", raw: found.message.content.utf8Span.span)
            json.field("already_read", found.isRead)
            json.endObject()
        }
        json.endArray()
        json.field("count", page.messages.count)
        json.field("unread_remaining", page.unread - page.messages.count { !$0.isRead })
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    // MARK: - Acknowledging

    @Sendable private func acknowledge(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let agent = input.request.fields.agent(authenticator)
        let agentID = try agent.id(
            orElse: input.body[MessageDescriptions.agentID],
            MessageDescriptions.agentID
        )
        do throws(AgentsError) {
            try await inboxes.acknowledge(id, by: agentID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("success", true)
        json.field("id", id.description)
        json.field("agent_id", agentID)
        json.field("state", InboxItemState.acknowledged.rawValue)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    // MARK: - States

    @Sendable private func state(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let id = try input.path.required(CommonFields.id)
        let found: (message: MessageRecord, items: [InboxItemStatus])
        do throws(AgentsError) {
            found = try await messages.state(of: id)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.describe(found.message)
        json.field("channel", found.message.channel)
        json.field("client_message_id", found.message.clientMessageID)
        json.key("items")
        json.beginArray()
        for item in found.items { MessageRoutes.write(item, to: &json) }
        json.endArray()
        json.endObject()
        return RESTResponse(body: json.bytes)
    }

    private static func write(_ item: InboxItemStatus, to json: inout JSONWriter) {
        json.beginObject()
        json.field("agent_id", item.agentID)
        json.field("state", item.state.rawValue)
        json.field("attempts", item.attempts)
        json.field("stored_at", item.storedAt)
        json.field("offered_at", item.offeredAt)
        json.field("next_offer_at", item.state.isPending ? item.nextOfferAt : nil)
        json.field("acknowledged_at", item.acknowledgedAt)
        json.field("expired_at", item.expiredAt)
        json.field("dead_at", item.deadAt)
        json.endObject()
    }
}

extension JSONWriter {
    /// The members that every description of a message has.
    mutating func describe(_ message: MessageRecord) {
        field("id", message.id.description)
        // An event may be the server's, and is for those who listen.
        field("from_agent", message.fromAgent.isEmpty ? nil : message.fromAgent)
        field("to_agent", message.isEvent ? nil : message.toAgent)
        field("topic", message.topic)
        field("priority", message.priority)
        field("thread_id", message.threadID)
        field("reply_to", message.replyTo?.description)
        field("verified", message.isVerified)
        field("is_broadcast", message.toAgent == nil)
        field("created_at", message.createdAt)
        field("expires_at", message.expiresAt)
    }
}
