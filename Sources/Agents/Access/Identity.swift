package import Bus

/// Who a connection or request speaks for.
package enum Identity: Equatable, Sendable {
    /// Nobody in particular.
    case anonymous
    /// An id from the query of a URL, which anybody can write: it names the sender and gives no rights.
    case claimed(agentID: String, sessionID: String?)
    /// An agent that was let in: by a token (`isVerified`), or on its word in development mode.
    case authenticated(agentID: String, sessionID: String?, isVerified: Bool)

    /// The agent's id, whether claimed or not.
    package var agentID: String? {
        switch self {
        case .anonymous: nil
        case .claimed(let agentID, _), .authenticated(let agentID, _, _): agentID
        }
    }

    /// The session's id, whether claimed or not.
    package var sessionID: String? {
        switch self {
        case .anonymous: nil
        case .claimed(_, let sessionID), .authenticated(_, let sessionID, _): sessionID
        }
    }

    /// True once `auth` has succeeded.
    package var isAuthenticated: Bool {
        if case .authenticated = self { true } else { false }
    }

    /// How messages of this party are signed.
    package var sender: Sender? {
        switch self {
        case .anonymous: nil
        case .claimed(let agentID, _): Sender(agentID: agentID, isVerified: false)
        case .authenticated(let agentID, _, let isVerified): Sender(agentID: agentID, isVerified: isVerified)
        }
    }

    /// An id of an agent that may stand in a token: `[A-Za-z0-9_-]{1,64}`.
    package static func isAgentID(_ text: String) -> Bool { isIdentifier(text, maximumLength: 64) }

    /// An id of a session that may stand in a token: `[A-Za-z0-9_-]{1,128}`.
    package static func isSessionID(_ text: String) -> Bool { isIdentifier(text, maximumLength: 128) }

    private static func isIdentifier(_ text: String, maximumLength: Int) -> Bool {
        (1...maximumLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
