import Bus

/// What hears about a load connection; it lives on the same loop.
protocol LoadOwner: AnyObject {
    /// The connection has been answered and has its subscription.
    func becameReady(on shard: isolated Shard)
    /// Some deliveries or acknowledgements came.
    func progressed(delivered: Int, acknowledged: Int, on shard: isolated Shard)
    /// A delivery that was to be looked at: the bytes of the unit, the data begins at `dataStart`.
    func examine(_ unit: Span<UInt8>, dataStart: Int, of connection: Int)
    /// It is over; `code` is that of a WebSocket close frame.
    func ended(_ reason: String, code: Int?, isSilent: Bool, on shard: isolated Shard)
    /// Once a second, for each connection.
    func tick(now: UInt64, on shard: isolated Shard)
}

/// One connection of the generator: greets, subscribes, publishes, counts.
final class LoadConnection<Format: WireFormat>: StreamHandler {
    /// What it is for.
    enum Role: Equatable {
        case publisher
        case subscriber
        /// Subscribes, and then reads no more until it is told to.
        case silent
    }

    private enum Phase { case greeting, joining, ready, ended }

    let index: Int
    let role: Role
    let channel: String
    private let format: Format
    /// One in so many deliveries is shown to the owner?.
    private let examines: Int
    /// Let go of at the end: the owner holds its connections.
    private var owner: (any LoadOwner)?
    private(set) var stream: TCPStream?
    private var phase = Phase.greeting
    /// The beginning of a unit whose rest has not come.
    private var carry: [UInt8] = []
    private var untilExamination = 0

    init(index: Int, role: Role, channel: String, format: Format, examines: Int, owner: any LoadOwner) {
        self.index = index
        self.role = role
        self.channel = channel
        self.format = format
        self.examines = examines
        self.owner = owner
    }

    func opened(_ stream: TCPStream, on shard: isolated Shard) {
        self.stream = stream
        stream.append(format.greeting)
    }

    func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        var delivered = 0
        var acknowledged = 0
        var position = 0
        if !carry.isEmpty { position = finishCarried(bytes, &delivered, &acknowledged, on: shard) }
        while phase != .ended, let unit = format.unit(bytes, at: position, isGreeted: phase != .greeting) {
            take(unit.kind, bytes, position..<unit.end, &delivered, &acknowledged, on: shard)
            position = unit.end
        }
        while position < bytes.count {
            carry.append(bytes[position])
            position += 1
        }
        guard role != .silent, delivered + acknowledged > 0 else { return }
        owner?.progressed(delivered: delivered, acknowledged: acknowledged, on: shard)
    }

    /// Completes the unit that the last read cut; returns how many of the new bytes it took.
    private func finishCarried(
        _ bytes: Span<UInt8>,
        _ delivered: inout Int,
        _ acknowledged: inout Int,
        on shard: isolated Shard
    ) -> Int {
        let old = carry.count
        var used = 0
        var wanted = 512
        while used < bytes.count {
            let end = min(bytes.count, used + wanted)
            while used < end {
                carry.append(bytes[used])
                used += 1
            }
            if let unit = format.unit(carry.span, at: 0, isGreeted: phase != .greeting) {
                let whole = carry
                carry.removeAll(keepingCapacity: true)
                take(unit.kind, whole.span, 0..<unit.end, &delivered, &acknowledged, on: shard)
                return unit.end - old
            }
            wanted *= 2
        }
        return used
    }

    private func take(
        _ kind: WireUnit,
        _ bytes: Span<UInt8>,
        _ range: Range<Int>,
        _ delivered: inout Int,
        _ acknowledged: inout Int,
        on shard: isolated Shard
    ) {
        switch kind {
        case .delivery(let dataEnd):
            delivered += 1
            untilExamination -= 1
            guard untilExamination < 0 else { return }
            untilExamination = examines - 1
            owner?.examine(
                bytes.extracting(range),
                dataStart: dataEnd - format.dataSize - range.lowerBound,
                of: index
            )
        case .acknowledgement:
            if phase == .ready { acknowledged += 1 } else { becomeReady(on: shard) }
        case .welcome:
            phase = .joining
            stream?.append(format.hello(channel: role == .publisher ? nil : channel))
        case .other, .ping: break
        case .close(let code): end("the server closed with \(code)", code: code, on: shard)
        case .failure(let words): end("the server refused: \(words)", code: nil, on: shard)
        }
    }

    private func becomeReady(on shard: isolated Shard) {
        phase = .ready
        if role == .silent { stream?.pauseReading() }
        owner?.becameReady(on: shard)
    }

    private func end(_ reason: String, code: Int?, on shard: isolated Shard) {
        guard phase != .ended else { return }
        phase = .ended
        stream?.close()
        owner?.ended(reason, code: code, isSilent: role == .silent, on: shard)
        owner = nil
    }

    /// Ends it without telling anybody.
    func close() {
        phase = .ended
        owner = nil
        stream?.close()
    }

    func tick(now: UInt64, on shard: isolated Shard) {
        if phase != .ended { owner?.tick(now: now, on: shard) }
    }

    func peerEnded(on shard: isolated Shard) { end("the server closed the connection", code: nil, on: shard) }
    func overflowed(on shard: isolated Shard) { end("the server does not read", code: nil, on: shard) }
    func drain(on shard: isolated Shard) { close() }

    func closed(on shard: isolated Shard) {
        end("the connection was lost or could not be had", code: nil, on: shard)
        stream = nil
    }
}
