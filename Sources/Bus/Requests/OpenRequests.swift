internal import HeapModule

/// Requests that wait for a reply, each until its deadline: a value without timers or connections.
struct OpenRequests<Asker> {
    private struct Deadline: Comparable {
        let time: UInt64
        let id: String

        static func < (left: Deadline, right: Deadline) -> Bool { left.time < right.time }
        static func == (left: Deadline, right: Deadline) -> Bool { left.time == right.time && left.id == right.id }
    }

    private var askers: [String: Asker] = [:]
    /// Also of requests that are answered already: they are passed over, and swept out when they are too many.
    private var deadlines = Heap<Deadline>()
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { askers.count }
    var isFull: Bool { askers.count >= limit }

    /// The time at which `expire` has something to do; nil if nothing is open.
    var nextDeadline: UInt64? { askers.isEmpty ? nil : deadlines.min?.time }

    /// Waits for a reply until `deadline`; false if too many wait already.
    mutating func open(_ id: String, _ asker: Asker, deadline: UInt64) -> Bool {
        guard !isFull else { return false }
        askers[id] = asker
        deadlines.insert(Deadline(time: deadline, id: id))
        if deadlines.count > 2 * limit + 16 {
            deadlines = Heap(deadlines.unordered.filter { askers[$0.id] != nil })
        }
        return true
    }

    /// Takes out who asked, for the first reply or because nobody waits any more.
    mutating func close(_ id: String) -> Asker? { askers.removeValue(forKey: id) }

    /// Takes out those whose time has run out.
    mutating func expire(at now: UInt64) -> [Asker] {
        var expired: [Asker] = []
        while let next = deadlines.min, next.time <= now {
            deadlines.removeMin()
            if let asker = askers.removeValue(forKey: next.id) { expired.append(asker) }
        }
        return expired
    }

    /// Takes out all.
    mutating func closeAll() -> [Asker] {
        let all = Array(askers.values)
        askers = [:]
        deadlines = []
        return all
    }
}
