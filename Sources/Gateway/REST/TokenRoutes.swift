package import Agents
internal import Bus
internal import HTTPTypes

/// Tokens that prove an agent's id: contract section 1.14.
package struct TokenRoutes: Sendable {
    private let authenticator: Authenticator
    private let isLoopback: Bool

    /// - Parameter isLoopback: the port is reachable from this machine only.
    package init(authenticator: Authenticator, isLoopback: Bool) {
        self.authenticator = authenticator
        self.isLoopback = isLoopback
    }

    package var routes: [Route] { [Route(.post, "/api/auth/token", action: mint)] }

    @Sendable private func mint(_ request: RESTRequest) async throws(GatewayError) -> RESTResponse {
        var body = try JSONBody(request.body)
        let agentID = body.string("agent_id")
        let sessionID = body.string("session_id")
        try body.check()
        guard let agentID, !agentID.isEmpty else { throw GatewayError(.badRequest, "Missing agent_id") }
        guard authenticator.mayMint(presentedSecret: request.fields.bearer, isLoopback: isLoopback) else {
            throw GatewayError(
                .unauthorized,
                "Send the server's secret as 'Authorization: Bearer <WS_AUTH_SECRET>'",
                fields: [.wwwAuthenticate: "Bearer"]
            )
        }
        let token: String
        do throws(AgentsError) {
            token = try authenticator.tokens.mint(agentID: agentID, sessionID: sessionID)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("token", token)
        json.field("expires_in", TokenAuthority.lifetimeSeconds)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
