package import Bus
internal import Crypto

/// Mints and checks the tokens that prove an agent's id.
///
/// A token is `base64url(JSON) + "." + hex(HMAC-SHA256(secret, JSON))` with JSON
/// `{"agent_id","session_id"?,"issued_at","expires_at"}`, times in milliseconds. Nothing is kept: whoever has the
/// secret can check a token, and a new secret ends all of them.
package struct TokenAuthority: Sendable {
    /// How long a token is good, in seconds.
    package static let lifetimeSeconds = 3600
    /// Longer than any token that was minted here.
    private static let maximumLength = 1024
    private static let fields = JSONFieldTable<4>(["agent_id", "session_id", "issued_at", "expires_at"])

    /// What a good token says.
    package struct Claims: Equatable, Sendable {
        package let agentID: String
        package let sessionID: String?
        package let expiresAt: Timestamp
    }

    private let key: SymmetricKey
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - secret: From the configuration. Without one a random secret is made, and tokens end with the process.
    ///   - now: The clock.
    package init(secret: String?, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        key = secret.map { SymmetricKey(data: Array($0.utf8)) } ?? SymmetricKey(size: .bits256)
        self.now = now
    }

    /// A token for an agent.
    ///
    /// - Throws: `AgentsError` with code `invalid` when an id doesn't follow its pattern, see `Identity`.
    package func mint(agentID: String, sessionID: String? = nil) throws(AgentsError) -> String {
        guard Identity.isAgentID(agentID) else {
            throw .invalid([.init(field: "agent_id", text: "must be 1 to 64 letters, digits, _ or -")])
        }
        guard sessionID.map(Identity.isSessionID) ?? true else {
            throw .invalid([.init(field: "session_id", text: "must be 1 to 128 letters, digits, _ or -")])
        }
        let issued = now().milliseconds
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", agentID)
        if let sessionID { json.field("session_id", sessionID) }
        json.field("issued_at", issued)
        json.field("expires_at", issued + Int64(TokenAuthority.lifetimeSeconds) * 1000)
        json.endObject()
        let code = Array(HMAC<SHA256>.authenticationCode(for: json.bytes, using: key))
        return "\(Base64URL.encode(json.bytes)).\(code.hexadecimal)"
    }

    /// What the token says, or nil: malformed, of another secret, or expired. Which of them it is nobody is told.
    package func verify(_ token: String) -> Claims? {
        guard token.utf8.count <= TokenAuthority.maximumLength else { return nil }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let json = Base64URL.decode(parts[0]) else { return nil }
        let code = Array(HMAC<SHA256>.authenticationCode(for: json, using: key))
        guard TokenAuthority.isEqual(Array(code.hexadecimal.utf8), Array(parts[1])) else { return nil }
        return claims(in: json.span)
    }

    private func claims(in json: Span<UInt8>) -> Claims? {
        guard let found = try? TokenAuthority.fields.scan(json),
            let agentID = found[0].flatMap({ try? JSONScanner.string(json, $0) }), Identity.isAgentID(agentID),
            let expires = found[3].flatMap({ JSONScanner.integer(json, $0) }), now().milliseconds < expires
        else { return nil }
        var sessionID: String?
        if let value = found[1] {
            guard let text = try? JSONScanner.string(json, value), Identity.isSessionID(text) else { return nil }
            sessionID = text
        }
        return Claims(agentID: agentID, sessionID: sessionID, expiresAt: Timestamp(milliseconds: expires))
    }

    /// Looks at every byte whatever the earlier ones were: the time says nothing about where two codes differ.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
