/// Who listens to what: members under plain channel names and under patterns.
///
/// A value without locks, sockets or messages, generic over its members, so that it can be tested and fuzzed alone.
/// A member that several of its patterns match is found once.
package struct SubscriptionTable<Member: Hashable> {
    private var exact: [String: MemberList<Member>] = [:]
    private var wildcards = PatternTree<Member>()
    private var patterns: [Member: Set<ChannelPattern>] = [:]
    /// Results for channels that patterns match too. Emptied by every change of a pattern or at its bound.
    private var cache: [String: [Member]] = [:]

    /// Channels whose matches are remembered; at the bound all are forgotten.
    static var cacheLimit: Int { 4096 }

    package init() {}

    /// Members and patterns, one for each pair.
    package private(set) var count = 0
    /// Channels and patterns with at least one member.
    package var channelCount: Int { exact.count + wildcards.count }
    /// Members of each channel and pattern, for people who operate the server.
    package var memberCounts: [String: Int] {
        exact.mapValues { $0.members.count }.merging(wildcards.memberCounts) { exact, _ in exact }
    }

    /// Adds a member; false if it was there already.
    @discardableResult
    package mutating func insert(_ member: Member, for pattern: ChannelPattern) -> Bool {
        guard patterns[member, default: []].insert(pattern).inserted else { return false }
        count += 1
        if pattern.hasWildcards {
            wildcards.insert(member, for: pattern)
            cache.removeAll()
        } else {
            exact[pattern.text, default: MemberList()].insert(member)
            cache[pattern.text] = nil
        }
        return true
    }

    /// Removes a member from one pattern; false if it was not there.
    @discardableResult
    package mutating func remove(_ member: Member, from pattern: ChannelPattern) -> Bool {
        guard patterns[member]?.remove(pattern) != nil else { return false }
        if patterns[member]?.isEmpty == true { patterns[member] = nil }
        detach(member, from: pattern)
        return true
    }

    /// Removes a member altogether; returns what it had listened to.
    @discardableResult
    package mutating func removeAll(of member: Member) -> Set<ChannelPattern> {
        guard let had = patterns.removeValue(forKey: member) else { return [] }
        for pattern in had { detach(member, from: pattern) }
        return had
    }

    private mutating func detach(_ member: Member, from pattern: ChannelPattern) {
        count -= 1
        if pattern.hasWildcards {
            wildcards.remove(member, from: pattern)
            cache.removeAll()
        } else {
            exact[pattern.text]?.remove(member)
            if exact[pattern.text]?.members.isEmpty == true { exact[pattern.text] = nil }
            cache[pattern.text] = nil
        }
    }

    /// What a member listens to.
    package func patterns(of member: Member) -> Set<ChannelPattern> { patterns[member] ?? [] }

    /// True if somebody listens to the channel.
    package mutating func hasMembers(for channel: ChannelName) -> Bool { !members(for: channel).isEmpty }

    /// Everybody who listens to `channel`, each once. O(1) in the number of channels and patterns once it is cached.
    package mutating func members(for channel: ChannelName) -> [Member] {
        if wildcards.isEmpty { return exact[channel.text]?.members ?? [] }
        if let known = cache[channel.text] { return known }
        var found = exact[channel.text]?.members ?? []
        let fromPatterns = wildcards.members(for: channel)
        if !fromPatterns.isEmpty {
            var seen = Set(found)
            for member in fromPatterns where seen.insert(member).inserted { found.append(member) }
        }
        if cache.count >= Self.cacheLimit { cache.removeAll() }
        cache[channel.text] = found
        return found
    }
}

extension SubscriptionTable {
    /// Everything that must hold between the parts; for tests, too slow for anything else. Nil if all is well.
    package func brokenInvariant() -> String? {
        let pairs = patterns.reduce(0) { $0 + $1.value.count }
        if pairs != count { return "count is \(count), but there are \(pairs) pairs" }
        if patterns.values.contains(where: \.isEmpty) { return "a member without patterns is kept" }
        let attached = exact.values.reduce(0) { $0 + $1.members.count } + wildcards.memberCounts.values.reduce(0, +)
        if attached != count { return "\(attached) members are attached, but \(count) pairs are known" }
        for (channel, list) in exact {
            if list.members.isEmpty { return "\(channel) is kept without members" }
            if let broken = list.brokenInvariant() { return "\(channel): \(broken)" }
        }
        if cache.count > Self.cacheLimit { return "the cache is over its bound" }
        return wildcards.brokenInvariant()
    }
}
