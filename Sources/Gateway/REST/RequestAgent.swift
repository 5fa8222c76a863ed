internal import Agents
internal import HTTPTypes

/// The agent that a request speaks for by its credentials.
struct RequestAgent {
    /// Nil unless a token names it.
    let id: String?
    /// True if what the request says of its sender is proven: by a token, or by the server's secret.
    let isVerified: Bool

    /// The agent of the token, or else the one that the request names in a field.
    func id(orElse named: String?, _ field: Field<String>) throws(GatewayError) -> String {
        guard let id = id ?? named else { throw .missing(field.description) }
        return id
    }

    /// Throws 403 if a token of another agent was shown. Without a token anybody whom the port serves may act for any
    /// agent: that is how the clients of the original use it.
    func mayActFor(_ agentID: String) throws(GatewayError) {
        guard let id, id != agentID else { return }
        throw GatewayError(.forbidden, "The token is that of another agent")
    }
}

extension HTTPFields {
    func agent(_ authenticator: Authenticator) -> RequestAgent {
        switch bearer.flatMap({ authenticator.credentials(of: $0) }) {
        case .token(let claims): RequestAgent(id: claims.agentID, isVerified: true)
        case .secret: RequestAgent(id: nil, isVerified: true)
        case nil: RequestAgent(id: nil, isVerified: false)
        }
    }
}
