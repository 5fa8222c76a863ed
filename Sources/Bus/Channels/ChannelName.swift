/// A named stream of messages: `global`, `metrics`, `topics/<name>`, `agents/<id>`, `sessions/<id>`, `jobs/<id>`.
///
/// Segments are separated by `/`, none is empty, and none is `*` or `>`, which are wildcards in patterns.
package struct ChannelName: Hashable, Sendable, CustomStringConvertible {
    /// The first segment, which decides about rights and rules.
    package enum Kind: String, Sendable {
        case global, metrics, topics, agents, sessions, jobs
    }

    /// At most this many bytes of UTF-8.
    package static let maximumLength = 255

    package let text: String
    package let kind: Kind

    /// Nil if `text` is not a channel.
    package init?(_ text: String) {
        guard let kind = ChannelName.kind(of: text, wildcards: false) else { return nil }
        self.text = text
        self.kind = kind
    }

    private init(kind: Kind, text: String) {
        self.kind = kind
        self.text = text
    }

    /// Everybody's channel.
    package static let global = ChannelName(kind: .global, text: "global")
    /// Figures of the server, every five seconds while somebody listens.
    package static let metrics = ChannelName(kind: .metrics, text: "metrics")

    /// What follows the first segment: the agent's id in `agents/<id>`; empty for `global` and `metrics`.
    package var name: Substring {
        let rest = text.dropFirst(kind.rawValue.utf8.count)
        return rest.dropFirst()
    }

    package var description: String { text }

    /// The parts between the slashes.
    var segments: [Substring] { ChannelName.segments(of: text) }

    /// The kind if `text` follows the grammar. One pass over the bytes: this is on the path of every publish.
    static func kind(of text: String, wildcards: Bool) -> Kind? {
        guard text.utf8.count <= maximumLength, hasGrammar(text.utf8[...], wildcards: wildcards) else { return nil }
        return rootKind(of: text)
    }

    /// Bytes and not characters: a combining mark behind a `/` makes one character of both.
    static func segments(of text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    }

    /// True if `bytes` are segments of the grammar, whatever the first one is.
    static func hasGrammar(_ bytes: Substring.UTF8View, wildcards: Bool) -> Bool {
        var segmentLength = 0
        var segmentIsWildcard = false
        var moreIsAllowed = true
        for byte in bytes {
            if byte == UInt8(ascii: "/") {
                guard segmentLength > 0, moreIsAllowed else { return false }
                segmentLength = 0
                segmentIsWildcard = false
                continue
            }
            // Control characters and blanks would make log lines and the text protocol of other brokers ambiguous.
            guard byte > 0x20, byte != 0x7F, !segmentIsWildcard else { return false }
            if byte == UInt8(ascii: "*") || byte == UInt8(ascii: ">") {
                guard wildcards, segmentLength == 0 else { return false }
                segmentIsWildcard = true
                if byte == UInt8(ascii: ">") { moreIsAllowed = false }
            }
            segmentLength += 1
        }
        return segmentLength > 0
    }

    private static func rootKind(of text: String) -> Kind? {
        if text == "global" { return .global }
        if text == "metrics" { return .metrics }
        if text.hasPrefix("topics/") { return .topics }
        if text.hasPrefix("agents/") { return .agents }
        if text.hasPrefix("sessions/") { return .sessions }
        if text.hasPrefix("jobs/") { return .jobs }
        return nil
    }
}
