internal import CUV
internal import Glibc

/// A TCP connection on a loop. Output is appended to one buffer and written once at the end of the turn.
///
/// It belongs to its shard's loop and is not Sendable. Lifetime: the loop's table keeps it until libuv has closed it;
/// after `StreamHandler.closed` nothing is called any more.
package final class TCPStream: LoopHandle {
    private enum Phase {
        case open
        /// Output is being sent, then FIN; input is discarded, so that the peer gets our last bytes instead of a reset.
        /// `output` is what waited at the last progress.
        case finishing(until: UInt64, output: Int)
    }

    let shard: Shard
    /// Who reads from it; nil once it is closed.
    package private(set) var handler: (any StreamHandler)?
    private var limits: StreamLimits
    private var phase = Phase.open

    private var pending: [UInt8] = []
    private var inFlight = 0
    private var flushIsScheduled = false
    private var shutdownIsSent = false
    private var overflowIsReported = false
    private var peerHasEnded = false

    /// This stream's part of the schedule's sums.
    private var waitingOutput = 0
    var heldInput = 0

    private var isReading = false
    /// Two reasons that come and go by themselves: output that a peer reads must not end the owner's pause, and the
    /// owner must not read on from a peer that doesn't take its answers.
    private var isPausedByOwner = false
    private var isPausedByOutput = false
    private var isResting = false

    /// How long a finishing connection may take nothing of the rest, in milliseconds, and what counts as something.
    private static let lingerMilliseconds: UInt64 = 30_000
    private static let lingerBytes = 16 << 10

    private init(on shard: isolated Shard, handler: any StreamHandler, limits: StreamLimits) throws(BusError) {
        self.shard = shard
        self.handler = handler
        self.limits = limits
        number = shard.newKey()
        let loop = shard.loop
        try unsafe super.init(loop: loop, kind: UV_TCP) { memory in
            unsafe uv_tcp_init(loop.uv, memory.assumingMemoryBound(to: uv_tcp_t.self))
        }
    }

    /// Takes over a connected, non-blocking `descriptor`. On the loop's thread.
    convenience init(
        adopting descriptor: Int32,
        on shard: isolated Shard,
        handler: any StreamHandler,
        limits: StreamLimits
    ) throws(BusError) {
        try self.init(on: shard, handler: handler, limits: limits)
        let opened = unsafe uv_tcp_open(tcp, descriptor)
        guard opened == 0 else {
            Glibc.close(descriptor)
            self.handler = nil
            close()
            throw BusError(uv: opened, doing: "cannot take over a connection")
        }
        // Without it, a small event would wait for the acknowledgement of the one before (Nagle, RFC 896).
        unsafe uv_tcp_nodelay(tcp, 1)
        startReading()
    }

    /// Opens a connection to `address`; the handler hears `opened`, or `closed` if it can't be had.
    convenience init(
        connecting address: SocketAddress,
        on shard: isolated Shard,
        handler: any StreamHandler,
        limits: StreamLimits
    ) throws(BusError) {
        try self.init(on: shard, handler: handler, limits: limits)
        unsafe uv_tcp_nodelay(tcp, 1)
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        let status = unsafe address.withPointer {
            unsafe uv_tcp_connect(request, tcp, $0, { unsafe TCPStream.didConnect($0, $1) })
        }
        guard status == 0 else {
            unsafe request.deallocate()
            self.handler = nil
            close()
            throw BusError(uv: status, doing: "cannot connect to \(address)")
        }
    }

    private static func didConnect(_ request: UnsafeMutablePointer<uv_connect_t>?, _ status: Int32) {
        guard let data = unsafe request?.pointee.handle?.pointee.data else { return }
        let stream = unsafe Unmanaged<TCPStream>.fromOpaque(data).takeUnretainedValue()
        unsafe request?.deallocate()
        guard status == 0 else {
            stream.close()
            return
        }
        stream.startReading()
        stream.enter(.opened)
    }

    var tcp: UnsafeMutablePointer<uv_tcp_t> { unsafe memory.assumingMemoryBound(to: uv_tcp_t.self) }
    private var stream: UnsafeMutablePointer<uv_stream_t> {
        unsafe memory.assumingMemoryBound(to: uv_stream_t.self)
    }

    /// Bytes that came from the peer, and bytes that the system took for it.
    package private(set) var receivedBytes = 0
    package private(set) var sentBytes = 0
    /// Names it among all connections of its loop, in the order in which they came.
    package let number: Int

    /// Bytes that wait for the peer.
    package var buffered: Int { pending.count + inFlight }

    /// True from `StreamLimits.high` until `low`: who makes output for this peer waits for `outputDrained`.
    package var isCongested: Bool { isPausedByOutput }

    /// Changes the owner, for an upgrade from HTTP to WebSocket.
    package func setHandler(_ handler: any StreamHandler) { self.handler = handler }

    /// Lets more output wait than the port's limits do, for a protocol whose single messages are larger.
    package func raiseMaximum(to bytes: Int) { limits.maximum = max(limits.maximum, bytes) }

    // MARK: - Output

    /// Appends output for the end of the turn.
    @discardableResult
    package func append(_ bytes: [UInt8]) -> WriteVerdict {
        guard case .open = phase, !isClosing else { return .closed }
        prepareForOutput()
        pending.append(contentsOf: bytes)
        return checkMarks()
    }

    /// Lets `body` append to the output buffer itself: for encoders, to save a copy.
    @discardableResult
    package func append(_ body: (inout [UInt8]) -> Void) -> WriteVerdict {
        guard case .open = phase, !isClosing else { return .closed }
        prepareForOutput()
        body(&pending)
        return checkMarks()
    }

    private func prepareForOutput() {
        if pending.isEmpty { pending = unsafe loop.streams.takeBuffer() }
        if !flushIsScheduled {
            flushIsScheduled = true
            unsafe loop.streams.needsFlush(self)
        }
    }

    private func checkMarks() -> WriteVerdict {
        if inFlight > 0 { noteWaitingOutput() }
        let waiting = buffered
        guard waiting > limits.high else { return .accepted }
        isPausedByOutput = true
        stopReading()
        let isTooMuch =
            unsafe waiting > limits.maximum || loop.streams.waitingOutput > loop.streams.mostWaitingOutput
        guard isTooMuch, !overflowIsReported else { return .accepted }
        overflowIsReported = true
        return .overflowed
    }

    /// Only what a full socket leaves behind counts: the rest goes at the end of the turn.
    private func noteWaitingOutput() {
        let now = inFlight > 0 && !isClosing ? buffered : 0
        unsafe loop.streams.waitingOutput += now - waitingOutput
        waitingOutput = now
    }

    /// Drops output that libuv has not been given: whole appends only, so a peer never sees half a frame.
    /// Returns the number of bytes dropped.
    package func dropPending() -> Int {
        let dropped = pending.count
        pending.removeAll()
        overflowIsReported = false
        noteWaitingOutput()
        return dropped
    }

    /// Called by the schedule at the end of the turn.
    func flush() {
        flushIsScheduled = false
        guard inFlight == 0, !isClosing else { return }
        if !pending.isEmpty {
            let written = unsafe pending.withUnsafeMutableBufferPointer { buffer in
                var uvBuffer = unsafe uv_buf_t(
                    base: UnsafeMutableRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self),
                    len: buffer.count
                )
                return unsafe uv_try_write(stream, &uvBuffer, 1)
            }
            sentBytes += Int(max(written, 0))
            if written == pending.count {
                // Taken out first: a second reference would make the schedule allocate a buffer instead of keep this.
                var written: [UInt8] = []
                swap(&written, &pending)
                unsafe loop.streams.giveBack(written)
            } else if written >= 0 || written == UV_EAGAIN.rawValue {
                writeRest(from: Int(max(written, 0)))
            } else {
                close()
                return
            }
        }
        afterWrite()
    }

    /// The socket is full: libuv gets a copy of the rest and waits for the peer.
    private func writeRest(from offset: Int) {
        inFlight = pending.count - offset
        let status = unsafe WriteRequest.start(pending[offset...], on: stream, of: self)
        pending.removeAll()
        noteWaitingOutput()
        if status != 0 {
            inFlight = 0
            close()
        }
    }

    /// libuv has written the copy, or given up.
    func didWrite(_ status: Int32) {
        if status == 0 { sentBytes += inFlight }
        inFlight = 0
        noteWaitingOutput()
        guard status == 0 else {
            close()
            return
        }
        flush()
    }

    private func afterWrite() {
        guard inFlight == 0, !isClosing else { return }
        if buffered <= limits.low {
            overflowIsReported = false
            if isPausedByOutput {
                isPausedByOutput = false
                enter(.outputDrained)
            }
            startReading()
        }
        guard case .finishing = phase, !shutdownIsSent else { return }
        // A peer that has sent its FIN gets ours with the close; the others are waited for.
        if peerHasEnded { close() } else { sendShutdown() }
    }

    // MARK: - End

    /// Sends what waits, then FIN, and closes when the peer has closed too, or after a while.
    package func finish() {
        guard case .open = phase, !isClosing else { return }
        phase = .finishing(until: loop.nowMilliseconds + TCPStream.lingerMilliseconds, output: unsentBytes)
        isPausedByOwner = false
        isPausedByOutput = false
        startReading()
        if !flushIsScheduled {
            flushIsScheduled = true
            unsafe loop.streams.needsFlush(self)
        }
    }

    private func sendShutdown() {
        shutdownIsSent = true
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let status = unsafe uv_shutdown(request, stream) { request, _ in unsafe request?.deallocate() }
        if status != 0 {
            unsafe request.deallocate()
            close()
        }
    }

    override func didClose() {
        noteWaitingOutput()
        _ = holdsInput(0)
        enter(.closed)
    }

    /// What the socket hasn't taken yet.
    private var unsentBytes: Int { pending.count + Int(unsafe uv_stream_get_write_queue_size(stream)) }

    /// Once a second, from the shard.
    func tick(now: UInt64, on shard: isolated Shard) {
        if case .finishing(let until, let output) = phase {
            let unsent = unsentBytes
            if unsent + TCPStream.lingerBytes <= output || unsent == 0 && output > 0 {
                phase = .finishing(until: now + TCPStream.lingerMilliseconds, output: unsent)
            } else if now >= until {
                close()
            }
            return
        }
        handler?.tick(now: now, on: shard)
    }

    /// The server is going down.
    func drain(on shard: isolated Shard) { handler?.drain(on: shard) }

    // MARK: - Input

    /// Reads no more until `resumeReading`: the owner has enough to do.
    package func pauseReading() {
        guard case .open = phase else { return }
        isPausedByOwner = true
        stopReading()
    }

    /// Reads again, as soon as the peer has taken enough of its output.
    package func resumeReading() {
        isPausedByOwner = false
        startReading()
    }

    func continueReading() {
        isResting = false
        startReading()
    }

    private func stopReading() {
        guard isReading, !isClosing else { return }
        isReading = false
        unsafe uv_read_stop(stream)
    }

    private func startReading() {
        guard !isReading, !isClosing, !peerHasEnded, !isPausedByOwner, !isPausedByOutput, !isResting else { return }
        isReading = true
        unsafe uv_read_start(
            stream,
            { handle, _, buffer in
                guard let loop = unsafe EventLoop.of(handle?.pointee.loop) else { return }
                unsafe buffer?.pointee = loop.readBuffer
            },
            { handle, count, _ in
                guard let data = unsafe handle?.pointee.data else { return }
                unsafe Unmanaged<TCPStream>.fromOpaque(data).takeUnretainedValue().didRead(count)
            }
        )
    }

    private func didRead(_ count: Int) {
        guard count != 0 else { return }
        guard count > 0 else {
            if count == Int(UV_EOF.rawValue) { didReadEnd() } else { close() }
            return
        }
        receivedBytes += count
        if case .finishing = phase { return }
        enter(.input(count))
        // A full buffer means that there is more: the other connections get their turn first.
        if unsafe (count == EventLoop.readBufferSize || loop.streams.inputIsHeld()) && isReading {
            isResting = true
            stopReading()
            unsafe loop.streams.rests(self)
        }
    }

    private func didReadEnd() {
        peerHasEnded = true
        stopReading()
        guard case .finishing = phase else { return enter(.peerEnded) }
        // It may still read: what waits goes first, and the end of the write closes.
        if pending.isEmpty && inFlight == 0 { close() }
    }

    // MARK: - Shard

    private enum Event {
        case opened
        case input(Int)
        case peerEnded
        case outputDrained
        case closed
    }

    /// Enters the shard from a libuv callback: same thread, no hop.
    private func enter(_ event: Event) {
        // The stream is part of the shard's state; libuv has only carried it outside, on the same thread.
        nonisolated(unsafe) let stream = self
        shard.assumeIsolated { shard in unsafe stream.tell(event, on: shard) }
    }

    private func tell(_ event: Event, on shard: isolated Shard) {
        switch event {
        case .opened: handler?.opened(self, on: shard)
        case .peerEnded: handler?.peerEnded(on: shard)
        case .outputDrained: handler?.outputDrained(on: shard)
        case .input(let count):
            let base = unsafe UnsafeRawPointer(shard.loop.readBuffer.base)
            let start = unsafe base?.assumingMemoryBound(to: UInt8.self)
            handler?.received(unsafe Span(_unsafeElements: UnsafeBufferPointer(start: start, count: count)), on: shard)
        case .closed:
            handler?.closed(on: shard)
            handler = nil
            shard.forget(self)
        }
    }
}
