internal import DequeModule

/// The newest events of one channel, numbered: a value without clocks, channels or disks.
///
///     1 2 3 | 4 5 6 7 8        floor 3, last 8
///
/// Whoever has seen everything through `floor` can be given all the rest. Below it something is gone: too old, too much,
/// or lost with a process that was killed.
struct HistoryRing<Element> {
    struct Entry {
        let offset: Int64
        let bytes: Int
        /// Milliseconds since 1970.
        let time: Int64
        let element: Element
    }

    private(set) var entries = Deque<Entry>()
    /// The newest offset that was given, also when its event is gone.
    private(set) var last: Int64
    /// The lowest offset behind which every event is here.
    private(set) var floor: Int64
    /// Sum of the entries' bytes.
    private(set) var bytes = 0

    /// An empty one that goes on behind `last`.
    init(last: Int64 = 0) {
        self.last = last
        floor = last
    }

    /// Entries that come from a disk, oldest first; behind them events through `last` may have been lost, and whoever
    /// has seen less than `floor` has missed something.
    init(_ restored: [Entry], last: Int64, floor: Int64) {
        entries = Deque(restored)
        bytes = restored.reduce(0) { $0 + $1.bytes }
        self.last = max(last, restored.last?.offset ?? 0)
        let isWhole = restored.last?.offset == self.last
        let first = isWhole ? (restored.first?.offset ?? 1) - 1 : self.last
        self.floor = min(self.last, max(floor, first))
    }

    /// The offset of the next event.
    var next: Int64 { last + 1 }
    /// The offset of the oldest event that is here, or the next one.
    var first: Int64 { entries.first?.offset ?? next }

    /// Adds an event under the offset `next` and lets go of what is beyond the limits; one event always stays.
    mutating func append(_ element: Element, bytes size: Int, at time: Int64, limits: HistoryLimits) {
        last += 1
        entries.append(Entry(offset: last, bytes: size, time: time, element: element))
        bytes += size
        while entries.count > limits.depth || bytes > limits.channelBytes, entries.count > 1 { removeFirst() }
        expire(before: time - limits.age)
    }

    /// Lets go of what is older than `time`. A clock that was set back makes entries live longer, never shorter.
    mutating func expire(before time: Int64) {
        while let oldest = entries.first, oldest.time < time { removeFirst() }
    }

    /// Lets go of everything; the count goes on.
    mutating func removeAll() {
        entries = []
        bytes = 0
        floor = last
    }

    private mutating func removeFirst() {
        let entry = entries.removeFirst()
        bytes -= entry.bytes
        floor = max(floor, entry.offset)
    }

    /// How to go on behind an offset.
    enum Replay {
        /// All that came after it, oldest first.
        case events([Element])
        /// Something of it is gone.
        case missed
    }

    /// What somebody has missed who has seen everything through `offset`.
    func replay(after offset: Int64) -> Replay {
        guard offset >= floor, offset <= last else { return .missed }
        return .events(entries.suffix(Int(last - offset)).map(\.element))
    }

    /// At most `limit` events behind an offset, oldest first; without one the newest.
    func page(after offset: Int64?, limit: Int) -> (events: [Element], hasMore: Bool) {
        guard let offset else { return (entries.suffix(limit).map(\.element), entries.count > limit) }
        let start = entries.firstIndex { $0.offset > offset } ?? entries.endIndex
        let found = entries[start...]
        return (found.prefix(limit).map(\.element), found.count > limit)
    }

    /// Nil if all that must hold does; for tests.
    func brokenInvariant() -> String? {
        if bytes != entries.reduce(0, { $0 + $1.bytes }) { return "the sum of the bytes is wrong" }
        if floor > last { return "the floor is above the last offset" }
        let behind = entries.filter { $0.offset > floor }.map(\.offset)
        if behind != Array(floor..<last).map({ $0 + 1 }) { return "behind the floor \(floor) something is missing" }
        return nil
    }
}
