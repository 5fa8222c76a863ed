package import Bus

/// Who may publish and listen where. Pure rules, no state.
///
/// | channel | publish | listen |
/// | --- | --- | --- |
/// | `global`, `topics/...` | everybody | everybody |
/// | `metrics` | nobody: the server does | everybody |
/// | `jobs/...` | authenticated | everybody |
/// | `sessions/...` | authenticated | authenticated |
/// | `agents/<id>` | authenticated | that agent |
package enum AccessPolicy {
    /// Why something was not allowed.
    package struct Refusal: Error, Equatable, Sendable {
        /// The text on the wire.
        package let message: String

        static func invalidEvent(_ event: String) -> Refusal { Refusal(message: "Invalid event type: \(event)") }
        static func invalidChannel(_ text: String) -> Refusal { Refusal(message: "Invalid channel format: \(text)") }
        /// For everything but `auth` on a connection to a server beyond loopback that has shown no credentials.
        package static let unauthenticated = Refusal(message: "Authentication required: send auth with a token first")
        /// For a message whose sender nobody can know.
        package static let anonymous = Refusal(message: "Authentication required: send auth first to say who you are")
        static let publishing = Refusal(message: "Not authorized to publish to this channel")
        static let agentChannel = Refusal(message: "Not authorized to subscribe to this agent channel")
        static let channel = Refusal(message: "Not authorized to subscribe to this channel")
    }

    private static let open = ["global", "metrics", "topics/>", "jobs/>"].compactMap { ChannelPattern($0) }
    private static let sessions = ChannelPattern("sessions/>")

    /// Nil if `identity` may publish the event on the channel.
    package static func mayPublish(_ event: String, on channel: ChannelName, as identity: Identity) -> Refusal? {
        guard EventName.isWellFormed(event), channel.kind == .topics || EventName.isKnown(event) else {
            return .invalidEvent(event)
        }
        switch channel.kind {
        case .metrics: return .publishing
        case .agents, .sessions, .jobs: return identity.isAuthenticated ? nil : .publishing
        case .global, .topics: break
        }
        return identity.isAuthenticated || !EventName.isReserved(event) ? nil : .publishing
    }

    /// What `identity` gets when it asks to listen to a channel or pattern: the parts of the pattern that it may hear.
    /// A pattern that reaches further is narrowed, for example `>` of an anonymous client to the open channels.
    ///
    /// - Throws: `Refusal` when nothing is left, or when `text` is no pattern.
    package static func mayListen(
        to text: String,
        as identity: Identity
    ) throws(Refusal) -> [ChannelPattern] {
        guard let pattern = ChannelPattern(text) else { throw .invalidChannel(text) }
        let granted = audible(to: identity).compactMap { pattern.intersection(with: $0) }
        guard granted.isEmpty else { return granted }
        throw pattern.segments.first == "agents" ? .agentChannel : .channel
    }

    /// Patterns of all that an identity may hear; no two have a channel in common.
    private static func audible(to identity: Identity) -> [ChannelPattern] {
        guard case .authenticated(let agentID, _, _) = identity else { return open }
        return open + [ChannelPattern("agents/\(agentID)"), sessions].compactMap(\.self)
    }
}
