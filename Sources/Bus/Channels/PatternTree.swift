/// Patterns with wildcards, one tree level for each segment.
///
///     topics ── build ── *        topics/build/*
///        └───── >                 topics/>
///
/// Matching walks at most the literal child and the `*` child of each level.
struct PatternTree<Member: Hashable> {
    private struct Node {
        var children: [Substring: Node] = [:]
        var members = MemberList<Member>()
        /// Members of patterns that end in `>` here.
        var rest = MemberList<Member>()

        var isEmpty: Bool { children.isEmpty && members.members.isEmpty && rest.members.isEmpty }
    }

    private var root = Node()
    /// Members under each pattern; also tells how many patterns there are.
    private(set) var memberCounts: [String: Int] = [:]

    var isEmpty: Bool { memberCounts.isEmpty }
    var count: Int { memberCounts.count }

    /// Adds a member that the pattern doesn't have.
    mutating func insert(_ member: Member, for pattern: ChannelPattern) {
        memberCounts[pattern.text, default: 0] += 1
        PatternTree.update(&root, pattern.segments[...]) { $0.insert(member) }
    }

    /// Removes a member that the pattern has, and what is then empty.
    mutating func remove(_ member: Member, from pattern: ChannelPattern) {
        let left = (memberCounts[pattern.text] ?? 0) - 1
        memberCounts[pattern.text] = left > 0 ? left : nil
        PatternTree.update(&root, pattern.segments[...]) { $0.remove(member) }
    }

    private static func update(
        _ node: inout Node,
        _ segments: ArraySlice<Substring>,
        _ change: (inout MemberList<Member>) -> Void
    ) {
        guard let segment = segments.first else { return change(&node.members) }
        if segment == ">" { return change(&node.rest) }
        update(&node.children[segment, default: Node()], segments.dropFirst(), change)
        if node.children[segment]?.isEmpty == true { node.children[segment] = nil }
    }

    /// Members of all patterns that match; one that several match comes several times.
    func members(for channel: ChannelName) -> [Member] {
        var found: [Member] = []
        PatternTree.collect(root, channel.segments[...], &found)
        return found
    }

    private static func collect(_ node: Node, _ names: ArraySlice<Substring>, _ found: inout [Member]) {
        guard let name = names.first else {
            found += node.members.members
            return
        }
        found += node.rest.members
        if let literal = node.children[name] { collect(literal, names.dropFirst(), &found) }
        if let any = node.children["*"] { collect(any, names.dropFirst(), &found) }
    }

    /// Nil if no empty node is kept.
    func brokenInvariant() -> String? { PatternTree.broken(root, isRoot: true) }

    private static func broken(_ node: Node, isRoot: Bool) -> String? {
        if !isRoot && node.isEmpty { return "an empty node is kept in the pattern tree" }
        for child in node.children.values {
            if let broken = broken(child, isRoot: false) { return broken }
        }
        return node.members.brokenInvariant() ?? node.rest.brokenInvariant()
    }
}
