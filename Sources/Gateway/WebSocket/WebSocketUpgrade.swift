internal import Agents
internal import Bus
internal import HTTPTypes

/// Decides what an upgrade on the WebSocket port becomes: the agents' protocol on `/` and `/ws`, the echo on `/echo`
/// where it is offered.
struct WebSocketUpgrade: Sendable {
    let agents: AgentService
    let offersEcho: Bool

    func answer(_ head: HTTPRequestHead, on shard: isolated Shard) -> HTTPService.UpgradeAnswer {
        let credentials = head.fields.bearer.flatMap { agents.authenticator.credentials(of: $0) }
        switch head.path {
        case "/", "/ws":
            // Whoever shows something that is worth nothing had better learn it now than with the first message.
            let isRefused = agents.needsCredentials && credentials == nil && head.fields[.authorization] != nil
            return isRefused ? .refuse(RESTResponse(.unauthorized)) : agentConnection(head, credentials)
        case "/echo" where offersEcho:
            let isRefused = agents.needsCredentials && credentials == nil
            return isRefused ? .refuse(RESTResponse(.unauthorized)) : echoConnection(head)
        default: return .refuse(RESTResponse(GatewayError(.notFound, "Not Found")))
        }
    }

    private func agentConnection(
        _ head: HTTPRequestHead,
        _ credentials: Authenticator.Credentials?
    ) -> HTTPService.UpgradeAnswer {
        let query: QueryString
        do throws(QueryStringError) {
            query = try QueryString(head.query)
        } catch {
            return .refuse(RESTResponse(GatewayError(.badRequest, error.message)))
        }
        return accept(head, WebSocketHandshake(compression: .shared), limits: .standard) {
            AgentEndpoint(
                agents,
                claimedAgent: query.text("agent_id").flatMap { Identity.isAgentID($0) ? $0 : nil },
                claimedSession: query.text("session_id").flatMap { Identity.isSessionID($0) ? $0 : nil },
                joinsGlobal: query["global"] != "0",
                joinsOwn: query["join"] != "0",
                credentials: credentials
            )
        }
    }

    private func echoConnection(_ head: HTTPRequestHead) -> HTTPService.UpgradeAnswer {
        accept(head, WebSocketHandshake(compression: .asOffered), limits: .echo) { EchoEndpoint() }
    }

    private func accept(
        _ head: HTTPRequestHead,
        _ handshake: WebSocketHandshake,
        limits: WebSocketLimits,
        endpoint: () -> any WebSocketEndpoint
    ) -> HTTPService.UpgradeAnswer {
        let fields = head.fields.map { (name: $0.name.rawName, value: $0.value) }
        switch handshake.answer(method: head.method.rawValue, fields: fields) {
        case .accept(let acceptance):
            let connection = WebSocketConnection(
                role: .server,
                limits: limits,
                compression: acceptance.compression,
                endpoint: endpoint()
            )
            return .accept(response: acceptance.response, handler: connection)
        case .refuse(let refusal):
            var answerFields = HTTPFields()
            for field in refusal.fields where field.name != "Connection" {
                if let name = HTTPField.Name(field.name) { answerFields[name] = field.value }
            }
            let status = HTTPResponse.Status(code: refusal.status)
            return .refuse(RESTResponse(GatewayError(status, refusal.reason, fields: answerFields)))
        }
    }
}
