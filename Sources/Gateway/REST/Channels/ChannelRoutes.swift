package import Agents
package import Bus
internal import HTTPTypes

/// Channels over HTTP: what was said on one, and a question to whoever listens.
///
/// A channel's name is one segment of the path, its slashes written as `%2F`.
package struct ChannelRoutes: Sendable {
    private let bus: Bus
    private let authenticator: Authenticator

    package init(bus: Bus, authenticator: Authenticator) {
        self.bus = bus
        self.authenticator = authenticator
    }

    /// Bytes of the events of one answer; one event always fits.
    static let maximumBytes = 4 << 20

    package var routes: [Route] {
        [
            Route(.get, "/api/channels/:channel/history", ChannelDescriptions.history, handle: history),
            Route(.post, "/api/channels/:channel/request", ChannelDescriptions.request, handle: request),
        ]
    }

    private func channel(_ input: RouteInput) throws(GatewayError) -> ChannelName {
        let text = try input.path.required(ChannelDescriptions.channel)
        guard let channel = ChannelName(text) else {
            throw GatewayError(.badRequest, "Invalid channel format: \(text)")
        }
        return channel
    }

    /// Who asks: by a token, by the secret beside an `agent_id`, or on its word where that is enough for `auth` too.
    private func identity(_ fields: HTTPFields, agentID: String?) throws(GatewayError) -> Identity {
        do throws(Authenticator.Failure) {
            if let bearer = fields.bearer {
                guard let credentials = authenticator.credentials(of: bearer) else { throw .invalidToken }
                return try authenticator.identity(with: credentials, agentID: agentID, sessionID: nil, as: .anonymous)
            }
            guard let agentID else { return .anonymous }
            return try authenticator.authenticate(token: nil, agentID: agentID, sessionID: nil, as: .anonymous)
        } catch {
            throw GatewayError(.unauthorized, error.message, fields: [.wwwAuthenticate: "Bearer"])
        }
    }

    // MARK: - History

    @Sendable private func history(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let channel = try channel(input)
        let limit = try input.query.required(ChannelDescriptions.limit)
        let since = input.query[ChannelDescriptions.since].map { Int64($0) }
        let identity = try identity(input.request.fields, agentID: input.query[ChannelDescriptions.agentID])
        do throws(AccessPolicy.Refusal) {
            _ = try AccessPolicy.mayListen(to: channel.text, as: identity)
        } catch {
            throw GatewayError(.forbidden, error.message)
        }
        guard await bus.keepsHistory(of: channel) else {
            throw GatewayError(.notFound, "\(channel) has no history")
        }
        let page = await bus.history(of: channel, after: since, limit: limit)
        return RESTResponse(body: ChannelRoutes.encode(page, channel, limit: limit, isFromOldest: since != nil))
    }

    /// - Parameter page: Nil for a channel that nobody has used.
    private static func encode(
        _ page: HistoryPage?,
        _ channel: ChannelName,
        limit: Int,
        isFromOldest: Bool
    ) -> [UInt8] {
        // The page ends early on the side where the next one goes on.
        var bytes = 0
        let events = page?.events ?? []
        let fitting = (isFromOldest ? events : events.reversed()).prefix { event in
            defer { bytes += event.envelope.count }
            return bytes == 0 || bytes + event.envelope.count <= maximumBytes
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("channel", channel.text)
        json.field("epoch", page?.position.epoch)
        json.field("offset", page?.position.offset ?? 0)
        json.field("floor", page?.floor ?? 0)
        json.key("events")
        json.beginArray()
        for event in isFromOldest ? Array(fitting) : fitting.reversed() { json.raw(event.envelope.span) }
        json.endArray()
        json.field("count", fitting.count)
        json.field("limit", limit)
        json.field("has_more", page?.hasMore == true || fitting.count < events.count)
        json.endObject()
        return json.bytes
    }

    // MARK: - Request

    @Sendable private func request(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let channel = try channel(input)
        let event = try input.body.required(ChannelDescriptions.event)
        let data = input.body[ChannelDescriptions.data] ?? Array("null".utf8)
        let milliseconds = try input.body.required(ChannelDescriptions.timeOut)
        let identity = try identity(input.request.fields, agentID: input.body[ChannelDescriptions.agentID])
        if let refusal = AccessPolicy.mayPublish(event, on: channel, as: identity) {
            throw GatewayError(.forbidden, refusal.message)
        }
        let question = Question(channel: channel, event: event, data: data, sender: identity.sender)
        switch await bus.request(question, milliseconds: UInt64(milliseconds)) {
        case .reply(let reply): return RESTResponse(body: ChannelRoutes.encode(reply))
        case .noResponders: throw GatewayError(.notFound, "Nobody listens to \(channel)")
        case .timedOut: throw GatewayError(.gatewayTimeout, "Nobody replied in time")
        case .refused: throw .unavailable("Too many requests wait for a reply")
        }
    }

    private static func encode(_ reply: Reply) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("reply")
        json.beginObject()
        json.field("sender", reply.sender?.agentID)
        json.field("verified", reply.sender?.isVerified ?? false)
        json.field("timestamp", reply.timestamp.milliseconds)
        json.field("data", raw: reply.data.span)
        json.endObject()
        json.endObject()
        return json.bytes
    }
}
