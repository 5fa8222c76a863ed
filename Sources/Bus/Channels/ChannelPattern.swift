/// A channel name in which `*` stands for one segment and a last `>` for one or more: the wildcards of NATS.
package struct ChannelPattern: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// False for a plain channel name.
    package let hasWildcards: Bool

    /// Nil if `text` is neither a channel nor a pattern that could match one.
    package init?(_ text: String) {
        if text.utf8.starts(with: "*/".utf8) {
            // The root stands for any kind.
            guard text.utf8.count <= ChannelName.maximumLength,
                ChannelName.hasGrammar(text.utf8.dropFirst(2), wildcards: true)
            else { return nil }
        } else if text != "*" && text != ">" {
            guard ChannelName.kind(of: text, wildcards: true) != nil else { return nil }
        }
        self.text = text
        hasWildcards = text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: ">") }
    }

    /// The pattern that matches just this channel.
    package init(_ channel: ChannelName) {
        text = channel.text
        hasWildcards = false
    }

    /// `*`, `>` or literal text, in order.
    package var segments: [Substring] { ChannelName.segments(of: text) }

    /// True if `channel` is one of those that this pattern stands for.
    package func matches(_ channel: ChannelName) -> Bool {
        guard hasWildcards else { return text == channel.text }
        var names = channel.segments[...]
        for segment in segments {
            guard let name = names.popFirst() else { return false }
            if segment == ">" { return true }
            if segment != "*" && segment != name { return false }
        }
        return names.isEmpty
    }

    package var description: String { text }
}
