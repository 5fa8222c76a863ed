internal import DequeModule

/// The streams of one loop that have something to do at the end of the turn.
///
/// A class, because flushing may lead back here (a write error, a drained peer), and a value under mutation must not be
/// entered twice.
final class StreamSchedule {
    /// A queue and not an array with a position: when more streams than a slice have output in every turn it is never
    /// empty, and an array would keep all that it has ever held.
    private var dirty = Deque<TCPStream>()
    private var resting: [TCPStream] = []
    private var spare: [[UInt8]] = []

    /// True while this loop must not take more input, because another one can't follow. Asked after each read.
    var inputIsHeld: () -> Bool = { false }

    /// True while output for later turns is left, which must come although no socket is ready.
    var hasMoreOutput: () -> Bool = { false }

    /// Called first at the end of a turn: the last chance to append output to this turn's writes.
    var beforeFlush: () -> Void = {}

    /// Writes in one turn. A fan-out to more connections goes on in the next turn, after a look at the sockets.
    private static let writesPerTurn = 1024
    /// Bytes that may wait for full sockets, in all; beyond, whoever has more than `StreamLimits.high` is too slow.
    var mostWaitingOutput = 1 << 30
    /// Bytes of half-received messages, in all.
    var mostHeldInput = 256 << 20

    /// What waits for full sockets, and what owners hold of input that isn't complete; kept by the streams.
    var waitingOutput = 0
    var heldInput = 0

    /// Buffers kept for the next turn, and the largest one worth keeping, in bytes.
    private static let spareBuffers = 128
    private static let spareCapacity = 1 << 20

    var hasWork: Bool { !dirty.isEmpty || !resting.isEmpty || hasMoreOutput() }

    /// `stream` has output for the end of this turn.
    func needsFlush(_ stream: TCPStream) { dirty.append(stream) }

    /// `stream` has filled the read buffer: the others come first, it goes on in the next turn.
    func rests(_ stream: TCPStream) { resting.append(stream) }

    /// One write for each stream with output, in slices.
    func flush() {
        beforeFlush()
        if !resting.isEmpty && !inputIsHeld() {
            let rested = resting
            resting.removeAll(keepingCapacity: true)
            for stream in rested { stream.continueReading() }
        }

        for _ in 0..<min(dirty.count, StreamSchedule.writesPerTurn) { dirty.popFirst()?.flush() }
    }

    /// Lets go of all streams: the loop has stopped.
    func forgetAll() {
        dirty = []
        resting = []
        spare = []
        inputIsHeld = { false }
        beforeFlush = {}
        hasMoreOutput = { false }
    }

    /// An empty buffer, with room if there is one: an idle connection holds none.
    func takeBuffer() -> [UInt8] { spare.popLast() ?? [] }

    /// Takes a buffer back.
    func giveBack(_ buffer: consuming [UInt8]) {
        guard spare.count < StreamSchedule.spareBuffers, buffer.capacity <= StreamSchedule.spareCapacity else { return }
        buffer.removeAll(keepingCapacity: true)
        spare.append(buffer)
    }
}
