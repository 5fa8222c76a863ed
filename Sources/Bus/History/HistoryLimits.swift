/// How much of the past is kept.
package struct HistoryLimits: Sendable, Equatable {
    /// Events of one channel; 0 turns histories off.
    package var depth: Int
    /// Milliseconds after which an event is forgotten; 0 turns histories off.
    package var age: Int64
    /// Bytes of the events of one channel.
    package var channelBytes = 4 << 20
    /// Bytes of all events.
    package var totalBytes = 256 << 20
    /// Channels with a history.
    package var channels = 10_000

    package init(depth: Int = 1000, age: Int64 = 3_600_000) {
        self.depth = depth
        self.age = age
    }

    /// No channel has a history.
    package static let off = HistoryLimits(depth: 0, age: 0)

    /// True if events are kept at all.
    package var isOn: Bool { depth > 0 && age > 0 }

    /// True for channels that have a history: those that agents talk on. `global`, `metrics` and `jobs/...` tell of
    /// states that can be asked for elsewhere.
    package func cover(_ channel: ChannelName) -> Bool {
        switch channel.kind {
        case .agents, .sessions, .topics: isOn
        case .global, .metrics, .jobs: false
        }
    }

    /// The part of one of so many loops.
    func share(of loops: Int) -> HistoryLimits {
        var share = self
        share.totalBytes = max(channelBytes, totalBytes / loops)
        share.channels = max(1, channels / loops)
        return share
    }
}
