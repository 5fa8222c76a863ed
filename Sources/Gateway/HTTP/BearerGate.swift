package import Agents
package import HTTPTypes

/// Stands before the routes of a port that is reachable from beyond this machine: whoever comes in shows the server's
/// secret or a good token. Only `GET /health` is open, for supervisors and load balancers, and tells nothing of agents.
package struct BearerGate: Sendable {
    private let authenticator: Authenticator

    package init(_ authenticator: Authenticator) { self.authenticator = authenticator }

    /// Throws 401 unless the request may go on.
    package func check(_ head: HTTPRequestHead) throws(GatewayError) {
        if head.path == "/health", head.method == .get || head.method == .head { return }
        guard let bearer = head.fields.bearer, authenticator.credentials(of: bearer) != nil else {
            throw .unauthorized
        }
    }
}

extension GatewayError {
    /// 401 with the scheme that is wanted (RFC 6750 section 3).
    static let unauthorized = GatewayError(
        .unauthorized,
        "Send the server's secret or a token as 'Authorization: Bearer <token>'",
        fields: [.wwwAuthenticate: "Bearer"]
    )
}

extension HTTPFields {
    /// The credentials of an `Authorization: Bearer` field (RFC 6750 section 2.1).
    package var bearer: String? {
        guard let value = self[.authorization], value.lowercased().hasPrefix("bearer ") else { return nil }
        return String(value.dropFirst(7).drop { $0 == " " })
    }
}
