internal import DequeModule

/// Members that share the messages of one pattern, each message for one of them: a state machine without messages,
/// connections or clocks.
///
/// Who acknowledges has at most `window` messages that it has not acknowledged; what no member can take waits. When a
/// member goes, what it had not acknowledged goes to others, before anything newer. Members that don't acknowledge are
/// done with a message when they have it.
struct QueueGroup<Member: Hashable, Element> {
    /// Who gets what.
    struct Handover {
        let member: Member
        let element: Element
    }

    private struct Item {
        let number: UInt64
        let id: String
        let bytes: Int
        let element: Element
    }

    private struct Seat {
        let member: Member
        let acknowledges: Bool
        /// What it has not acknowledged, by id.
        var open: [String: Item] = [:]
    }

    private var seats: [Seat] = []
    private var waiting = Deque<Item>()
    private(set) var waitingBytes = 0
    private var nextNumber: UInt64 = 0
    private var turn = 0
    /// True if the last member was lost and not told to leave: what comes is kept for one that comes back.
    private(set) var isBereft = false
    private(set) var droppedCount = 0

    private let window: Int
    private let mostWaiting: Int
    private let mostWaitingBytes: Int

    init(window: Int, mostWaiting: Int, mostWaitingBytes: Int) {
        self.window = window
        self.mostWaiting = mostWaiting
        self.mostWaitingBytes = mostWaitingBytes
    }

    var memberCount: Int { seats.count }
    var waitingCount: Int { waiting.count }
    /// Messages that members have and have not acknowledged.
    var openCount: Int { seats.reduce(0) { $0 + $1.open.count } }
    /// Nobody is here, and nobody is waited for.
    var isOver: Bool { seats.isEmpty && !isBereft }

    /// A member comes; what has waited goes to it.
    mutating func join(_ member: Member, acknowledges: Bool) -> [Handover] {
        isBereft = false
        seats.append(Seat(member: member, acknowledges: acknowledges))
        return handOut()
    }

    /// A member goes, or is lost with its connection: what it had not acknowledged goes to the others.
    mutating func leave(_ member: Member, isLost: Bool) -> [Handover] {
        guard let index = seats.firstIndex(where: { $0.member == member }) else { return [] }
        let seat = seats.remove(at: index)
        if index < turn { turn -= 1 }
        for item in seat.open.values.sorted(by: { $0.number > $1.number }) {
            waiting.prepend(item)
            waitingBytes += item.bytes
        }
        if seats.isEmpty { isBereft = seat.acknowledges && (isLost || !waiting.isEmpty) }
        return handOut()
    }

    /// A message of the group's pattern.
    mutating func publish(_ element: Element, id: String, bytes: Int) -> [Handover] {
        guard !isOver else { return [] }
        nextNumber += 1
        waiting.append(Item(number: nextNumber, id: id, bytes: bytes, element: element))
        waitingBytes += bytes
        let handovers = handOut()
        while waiting.count > mostWaiting || waitingBytes > mostWaitingBytes, let oldest = waiting.popFirst() {
            waitingBytes -= oldest.bytes
            droppedCount += 1
        }
        return handovers
    }

    /// A member is done with a message.
    mutating func acknowledge(_ id: String, by member: Member) -> [Handover] {
        guard let index = seats.firstIndex(where: { $0.member == member }),
            seats[index].open.removeValue(forKey: id) != nil
        else { return [] }
        return handOut()
    }

    /// Nobody came back in time: lets go of what waits.
    mutating func giveUp() {
        isBereft = false
        droppedCount += waiting.count
        waiting = []
        waitingBytes = 0
    }

    private mutating func handOut() -> [Handover] {
        var handovers: [Handover] = []
        while let item = waiting.first, let index = nextSeat() {
            waiting.removeFirst()
            waitingBytes -= item.bytes
            if seats[index].acknowledges { seats[index].open[item.id] = item }
            turn = index + 1
            handovers.append(Handover(member: seats[index].member, element: item.element))
        }
        return handovers
    }

    /// In turns; whoever is free comes before those who have something to do, and then who has least. Nil if nobody can
    /// take more.
    private func nextSeat() -> Int? {
        var best: Int?
        for step in 0..<seats.count {
            let index = (turn + step) % seats.count
            let open = seats[index].open.count
            if open == 0 { return index }
            guard open < window else { continue }
            if best.map({ open < seats[$0].open.count }) ?? true { best = index }
        }
        return best
    }
}
