/// How a broker's bytes are read and written: enough of it to publish, count and check, and no more, because the
/// generator must not be the slower side.
protocol WireFormat: Sendable {
    /// Bytes of the data in each message.
    var dataSize: Int { get }
    /// Sent as soon as the connection stands.
    var greeting: [UInt8] { get }
    /// Sent when the greeting was answered; the server's answer to it is an acknowledgement. With a channel it subscribes.
    func hello(channel: String?) -> [UInt8]
    /// The unit that begins at `start`; nil if more bytes are needed.
    func unit(_ bytes: Span<UInt8>, at start: Int, isGreeted: Bool) -> (kind: WireUnit, end: Int)?
    /// A publish, whose numbers are filled in later.
    func publication(channel: String, publisher: Int, wantsAnswer: Bool) -> Publication
    /// Whether a delivery carries what `publication` said, apart from its numbers.
    func isIntact(_ delivery: Span<UInt8>, channel: String) -> Bool
}

/// What one unit of the input is.
enum WireUnit: Equatable {
    /// The answer to the greeting.
    case welcome
    /// A published message; its data ends right before `dataEnd`.
    case delivery(dataEnd: Int)
    /// A yes to a publish or to the hello.
    case acknowledgement
    /// The server is asked for nothing, it only wants to know whether somebody is there.
    case ping
    case other
    /// The server closes with this WebSocket code.
    case close(Int)
    /// The server refuses; its words.
    case failure(String)
}

/// A message that is published over and over: encoded once, only its numbers change.
struct Publication {
    /// The bytes on the wire.
    private(set) var bytes: [UInt8]
    /// What each byte was combined with when the frame was masked (RFC 6455 section 5.3); zeros where it was not.
    private let mask: [UInt8]
    private let idAt: Int?
    private let dataAt: Int

    /// - Parameters:
    ///   - payload: the plain bytes, which hold a `PayloadData` at `dataAt`.
    ///   - head: bytes before the payload, as they are.
    ///   - tail: bytes behind it, as they are.
    ///   - key: the masking key; 0 for none.
    ///   - idAt: where the correlation id of 12 digits stands in the payload.
    init(head: [UInt8], payload: [UInt8], tail: [UInt8], key: UInt32, idAt: Int?, dataAt: Int) {
        mask =
            head.map { _ in 0 }
            + payload.indices.map { UInt8(truncatingIfNeeded: key >> UInt32(8 * ($0 & 3))) }
            + tail.map { _ in 0 }
        bytes = zip(head + payload + tail, mask).map { $0 ^ $1 }
        self.idAt = idAt.map { $0 + head.count }
        self.dataAt = dataAt + head.count
    }

    /// Numbers it, and writes the time at which it should be sent.
    mutating func set(number: Int, time: UInt64?) {
        if let idAt { write(PayloadData.firstNumber + UInt64(number), digits: PayloadData.numberDigits, at: idAt) }
        write(
            PayloadData.firstNumber + UInt64(number),
            digits: PayloadData.numberDigits,
            at: dataAt + PayloadData.numberOffset
        )
        if let time {
            write(PayloadData.firstTime + time, digits: PayloadData.timeDigits, at: dataAt + PayloadData.timeOffset)
        }
    }

    private mutating func write(_ value: UInt64, digits: Int, at start: Int) {
        var rest = value
        for index in stride(from: start + digits - 1, through: start, by: -1) {
            bytes[index] = (UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)) ^ mask[index]
            rest /= 10
        }
    }
}
