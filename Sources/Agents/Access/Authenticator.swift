/// Decides about `auth` messages and about who gets a token.
package struct Authenticator: Sendable {
    /// Why an `auth` failed; `rawValue` is the code on the wire.
    package enum Failure: String, Error, Equatable, Sendable {
        case invalidToken = "4001"
        case tokenRequired = "4002"
        case missingCredentials = "4003"

        /// The text on the wire.
        package var message: String {
            switch self {
            case .invalidToken: "Invalid or expired token"
            case .tokenRequired: "Token required in production mode"
            case .missingCredentials: "Missing token or agent_id"
            }
        }
    }

    /// What somebody has shown to be let in.
    package enum Credentials: Equatable, Sendable {
        /// The server's secret: may speak for any agent, as it could mint any token.
        case secret
        /// A token.
        case token(TokenAuthority.Claims)
    }

    package let tokens: TokenAuthority
    /// Agents are let in on their word, and tokens are minted for whoever asks from this machine.
    private let isDevelopment: Bool
    private let secret: String?

    /// - Parameters:
    ///   - secret: From the configuration, nil if there is none.
    ///   - isDevelopment: Only for servers that nobody beyond this machine reaches.
    ///   - tokens: Checks tokens; made from the same secret.
    package init(secret: String?, isDevelopment: Bool, tokens: TokenAuthority) {
        self.secret = secret
        self.isDevelopment = isDevelopment
        self.tokens = tokens
    }

    /// What a bearer's text is worth, nil if nothing.
    package func credentials(of bearer: String) -> Credentials? {
        if isSecret(bearer) { return .secret }
        return tokens.verify(bearer).map { .token($0) }
    }

    private func isSecret(_ text: String) -> Bool {
        guard let secret else { return false }
        return TokenAuthority.isEqual(Array(secret.utf8), Array(text.utf8))
    }

    /// Who somebody is by credentials. A token counts more than an id beside it; the session of the token more than that
    /// of the message, and that more than the one known so far. The secret proves the id beside it or the one claimed so
    /// far; without any, it lets in as nobody in particular.
    package func identity(
        with credentials: Credentials,
        agentID: String?,
        sessionID: String?,
        as current: Identity
    ) throws(Failure) -> Identity {
        switch credentials {
        case .token(let claims):
            let session = claims.sessionID ?? sessionID ?? current.sessionID
            return .authenticated(agentID: claims.agentID, sessionID: session, isVerified: true)
        case .secret:
            let given = agentID.flatMap { $0.isEmpty ? nil : $0 }
            guard let agentID = given ?? current.agentID else { return current }
            guard Identity.isAgentID(agentID) else { throw .missingCredentials }
            return .authenticated(agentID: agentID, sessionID: sessionID ?? current.sessionID, isVerified: true)
        }
    }

    /// Who a connection is after an `auth` message; the secret may stand in the place of the token.
    package func authenticate(
        token: String?,
        agentID: String?,
        sessionID: String?,
        as current: Identity
    ) throws(Failure) -> Identity {
        if let token, !token.isEmpty {
            guard let credentials = credentials(of: token) else { throw .invalidToken }
            return try identity(with: credentials, agentID: agentID, sessionID: sessionID, as: current)
        }
        guard let agentID, !agentID.isEmpty else { throw .missingCredentials }
        guard isDevelopment else { throw .tokenRequired }
        guard Identity.isAgentID(agentID) else { throw .missingCredentials }
        return .authenticated(
            agentID: agentID,
            sessionID: sessionID ?? current.sessionID,
            isVerified: false
        )
    }

    /// True if a request may have a token made for any agent: it brings the secret, or comes from this machine to a
    /// server in development mode.
    package func mayMint(presentedSecret: String?, isLoopback: Bool) -> Bool {
        if let presentedSecret, isSecret(presentedSecret) { return true }
        return isDevelopment && isLoopback
    }
}
