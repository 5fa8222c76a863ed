internal import Bus

extension ChannelPattern {
    /// The channels that both patterns stand for, which again are one pattern; nil if there are none.
    func intersection(with other: ChannelPattern) -> ChannelPattern? {
        var left = segments[...]
        var right = other.segments[...]
        var common: [Substring] = []
        while let first = left.first, let second = right.first {
            // `>` is one segment or more: whatever the other one still has.
            if first == ">" { return ChannelPattern(joined: common + right) }
            if second == ">" { return ChannelPattern(joined: common + left) }
            guard first == "*" || second == "*" || first == second else { return nil }
            common.append(first == "*" ? second : first)
            left.removeFirst()
            right.removeFirst()
        }
        return left.isEmpty && right.isEmpty ? ChannelPattern(joined: common) : nil
    }

    private init?(joined segments: [Substring]) {
        self.init(segments.joined(separator: "/"))
    }
}
