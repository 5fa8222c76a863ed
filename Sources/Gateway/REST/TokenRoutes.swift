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

    package var routes: [Route] { [Route(.post, "/api/auth/token", TokenRoutes.description, handle: mint)] }

    private static let agentID = Field.text("agent_id", bytes: 1...4096, "The agent's id")
        .required(orElse: "Missing agent_id")
    private static let sessionID = Field.text("session_id", bytes: 0...4096, "Its session")

    private static let description = RouteDescription(
        "Makes a token that proves an agent's id",
        tag: "auth",
        body: [agentID, sessionID],
        answers: [.ok(.object(["token": .text, "expires_in": .integer]))]
    )

    @Sendable private func mint(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let agentID = try input.body.required(TokenRoutes.agentID)
        guard authenticator.mayMint(presentedSecret: input.request.fields.bearer, isLoopback: isLoopback) else {
            throw GatewayError(
                .unauthorized,
                "Send the server's secret as 'Authorization: Bearer <WS_AUTH_SECRET>'",
                fields: [.wwwAuthenticate: "Bearer"]
            )
        }
        let token: String
        do throws(AgentsError) {
            token = try authenticator.tokens.mint(agentID: agentID, sessionID: input.body[TokenRoutes.sessionID])
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
