import Bus
import Testing

@testable import Agents

struct ChannelPatternIntersectionTests {
    private static let channels: [ChannelName] = {
        let words = ["a", "b"]
        var names = ["global", "metrics"]
        for root in ["topics", "agents"] {
            for first in words {
                names.append("\(root)/\(first)")
                for second in words {
                    names.append("\(root)/\(first)/\(second)")
                    for third in words { names.append("\(root)/\(first)/\(second)/\(third)") }
                }
            }
        }
        return names.compactMap { ChannelName($0) }
    }()

    private static let patterns: [ChannelPattern] = {
        var texts = ["global", "metrics", "*", ">"]
        var prefixes = ["topics", "agents", "*"]
        for _ in 0..<2 {
            texts += prefixes.map { "\($0)/>" }
            prefixes = prefixes.flatMap { prefix in ["a", "b", "*"].map { "\(prefix)/\($0)" } }
            texts += prefixes
        }
        return texts.compactMap { ChannelPattern($0) }
    }()

    @Test func matchesWhatBothMatchAndNothingElse() {
        #expect(Self.patterns.count > 30)
        for left in Self.patterns {
            for right in Self.patterns {
                let common = left.intersection(with: right)
                let wrong = Self.channels.filter { channel in
                    (common?.matches(channel) ?? false) != (left.matches(channel) && right.matches(channel))
                }
                #expect(wrong.isEmpty, "\(left) and \(right) gave \(common?.text ?? "nothing")")
            }
        }
    }
}
