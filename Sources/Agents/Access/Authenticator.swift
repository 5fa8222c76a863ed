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

    /// Who a connection is after an `auth` message. A token counts more than an id beside it; the session of the token
    /// more than that of the message, and that more than the one known so far.
    package func authenticate(
        token: String?,
        agentID: String?,
        sessionID: String?,
        as current: Identity
    ) throws(Failure) -> Identity {
        if let token, !token.isEmpty {
            guard let claims = tokens.verify(token) else { throw .invalidToken }
            let session = claims.sessionID ?? sessionID ?? current.sessionID
            return .authenticated(agentID: claims.agentID, sessionID: session, isVerified: true)
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
        if let secret, let presentedSecret,
            TokenAuthority.isEqual(Array(secret.utf8), Array(presentedSecret.utf8))
        {
            return true
        }
        return isDevelopment && isLoopback
    }
}
