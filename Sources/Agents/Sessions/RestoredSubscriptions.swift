package import Bus

/// The channels that agents listened to, for when they come back while the server still runs.
///
/// Kept are the patterns as they were asked for: what an agent may hear is decided anew each time. Beyond the limits the
/// agent that was away longest is forgotten, and of one agent the pattern that was asked for first.
package struct RestoredSubscriptions: Sendable {
    private struct Entry {
        var patterns: [ChannelPattern] = []
        var lastUse: UInt64 = 0
    }

    private let maximumAgents: Int
    private let maximumPatterns: Int
    private var entries: [String: Entry] = [:]
    /// Uses in order, oldest first, from `head` on. Only an agent's latest one counts; older ones are passed over.
    private var uses: [(agentID: String, use: UInt64)] = []
    private var head = 0
    private var clock: UInt64 = 0
    /// How many agents were forgotten at the limit.
    package private(set) var forgottenAgents = 0
    /// How many patterns were forgotten at the limit of their agent.
    package private(set) var forgottenPatterns = 0

    package init(maximumAgents: Int = 10_000, maximumPatterns: Int = 256) {
        self.maximumAgents = maximumAgents
        self.maximumPatterns = maximumPatterns
    }

    /// How many agents are remembered.
    package var count: Int { entries.count }

    /// An agent listens to a pattern.
    package mutating func remember(_ pattern: ChannelPattern, of agentID: String) {
        var entry = entries.removeValue(forKey: agentID) ?? Entry()
        if !entry.patterns.contains(pattern) {
            if entry.patterns.count >= maximumPatterns {
                entry.patterns.removeFirst()
                forgottenPatterns += 1
            }
            entry.patterns.append(pattern)
        }
        entries[agentID] = entry
        touch(agentID)
        while entries.count > maximumAgents { forgetOldest() }
    }

    /// An agent no longer listens to a pattern.
    package mutating func forget(_ pattern: ChannelPattern, of agentID: String) {
        entries[agentID]?.patterns.removeAll { $0 == pattern }
        if entries[agentID]?.patterns.isEmpty == true { entries[agentID] = nil }
    }

    /// What an agent that has come back listened to, in the order in which it asked.
    package mutating func patterns(of agentID: String) -> [ChannelPattern] {
        guard let entry = entries[agentID] else { return [] }
        touch(agentID)
        return entry.patterns
    }

    private mutating func touch(_ agentID: String) {
        clock += 1
        entries[agentID]?.lastUse = clock
        uses.append((agentID, clock))
        // Passed-over uses are at most as many as agents before they are swept out.
        if uses.count - head > 2 * maximumAgents + 16 {
            uses = uses[head...].filter { entries[$0.agentID]?.lastUse == $0.use }
            head = 0
        } else if head * 2 > uses.count {
            uses.removeFirst(head)
            head = 0
        }
    }

    private mutating func forgetOldest() {
        while head < uses.count {
            let oldest = uses[head]
            head += 1
            guard entries[oldest.agentID]?.lastUse == oldest.use else { continue }
            entries[oldest.agentID] = nil
            forgottenAgents += 1
            return
        }
    }
}
