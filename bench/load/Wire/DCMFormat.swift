import Bus
import Gateway

/// The JSON protocol of dcm over WebSocket. Frames are counted by their heads (RFC 6455 section 5.2) and the two letters
/// that tell the kinds of messages apart.
struct DCMFormat: WireFormat {
    let host: String
    private let target: String
    /// Wants each answer when the event is on the disk.
    private let isDurable: Bool
    /// Bytes of the data within a publish.
    let dataSize: Int

    static let event = "task.updated"

    /// - Parameters:
    ///   - size: bytes of the JSON text of a publish.
    ///   - target: of the upgrade; without `global=0` the connection also listens to `global`, as agents do.
    init(host: String, channel: String, size: Int, isDurable: Bool = false, target: String = "/?global=0") {
        self.host = host
        self.isDurable = isDurable
        self.target = target
        let empty = DCMFormat.envelope(channel: channel, data: [], wantsAnswer: true, isDurable: isDurable).count
        dataSize = max(PayloadData.minimumSize, size - empty)
    }

    var greeting: [UInt8] { WebSocketClientHandshake().request(host: host, target: target) }

    func hello(channel: String?) -> [UInt8] {
        guard let channel else { return DCMFormat.frame(Array(#"{"type":"ping"}"#.utf8)) }
        return DCMFormat.frame(
            Array(#"{"type":"subscribe","id":\#(PayloadData.firstNumber),"channel":"\#(channel)"}"#.utf8)
        )
    }

    private static func frame(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = WebSocketFrameWriter(role: .client)
        writer.append(payload.span, opcode: .text, to: &bytes)
        return bytes
    }

    func publication(channel: String, publisher: Int, wantsAnswer: Bool) -> Publication {
        let data = PayloadData.make(publisher: publisher, size: dataSize)
        let payload = DCMFormat.envelope(
            channel: channel,
            data: data,
            wantsAnswer: wantsAnswer,
            isDurable: isDurable
        )
        // Any key costs the server the same; a constant one spares the generator a system call.
        let key: UInt32 = 0x5A3C_96E1
        var head: [UInt8] = [0x81]
        if payload.count < 126 {
            head.append(0x80 | UInt8(payload.count))
        } else {
            head += [
                0x80 | 126, UInt8(truncatingIfNeeded: payload.count >> 8), UInt8(truncatingIfNeeded: payload.count),
            ]
        }
        head += (0..<4).map { UInt8(truncatingIfNeeded: key >> UInt32(8 * $0)) }
        return Publication(
            head: head,
            payload: payload,
            tail: [],
            key: key,
            idAt: wantsAnswer ? DCMFormat.idOffset : nil,
            dataAt: payload.count - 1 - data.count
        )
    }

    private static let idOffset = #"{"type":"publish","id":"#.utf8.count

    private static func envelope(channel: String, data: [UInt8], wantsAnswer: Bool, isDurable: Bool) -> [UInt8] {
        let id = wantsAnswer ? #""id":\#(PayloadData.firstNumber),"# : ""
        let durable = isDurable ? #""durable":true,"# : ""
        let front = #"{"type":"publish",\#(id)\#(durable)"channel":"\#(channel)","event":"\#(event)","data":"#
        return Array(front.utf8) + data + [UInt8(ascii: "}")]
    }

    func unit(_ bytes: Span<UInt8>, at start: Int, isGreeted: Bool) -> (kind: WireUnit, end: Int)? {
        guard isGreeted else { return answer(bytes, at: start) }
        let available = bytes.count - start
        guard available >= 2 else { return nil }
        var length = Int(bytes[start + 1] & 0x7F)
        var payload = start + 2
        if length == 126 {
            guard available >= 4 else { return nil }
            length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
            payload += 2
        } else if length == 127 {
            guard available >= 10 else { return nil }
            length = (2..<10).reduce(0) { $0 << 8 | Int(bytes[start + $1]) }
            payload += 8
        }
        let end = payload + length
        guard end <= bytes.count else { return nil }
        return (kind(bytes, opcode: bytes[start] & 0x0F, payload: payload..<end), end)
    }

    /// `{"type":"` is 9 bytes long, an acknowledgement's `true` or `false` stands at a fixed place behind its id.
    private func kind(_ bytes: Span<UInt8>, opcode: UInt8, payload: Range<Int>) -> WireUnit {
        guard opcode == 1 else {
            guard opcode == 8, payload.count >= 2 else { return .other }
            return .close(Int(bytes[payload.lowerBound]) << 8 | Int(bytes[payload.lowerBound + 1]))
        }
        guard payload.count > 11 else { return .failure("a message that is too short") }
        let first = payload.lowerBound + 9
        switch (bytes[first], bytes[first + 1]) {
        case (UInt8(ascii: "e"), UInt8(ascii: "v")): return .delivery(dataEnd: payload.upperBound - 1)
        case (UInt8(ascii: "a"), _):
            let verdict = payload.lowerBound + DCMFormat.verdictOffset
            guard verdict < payload.upperBound, bytes[verdict] == UInt8(ascii: "t") else {
                return .failure(text(bytes, payload))
            }
            return .acknowledgement
        case (UInt8(ascii: "p"), UInt8(ascii: "o")): return .acknowledgement
        case (UInt8(ascii: "p"), UInt8(ascii: "i")): return .ping
        case (UInt8(ascii: "c"), _): return .other
        default: return .failure(text(bytes, payload))
        }
    }

    private static let verdictOffset = #"{"type":"ack","id":100000000000,"success":"#.utf8.count

    /// The end of the answer to the upgrade, `CR LF CR LF`.
    private func answer(_ bytes: Span<UInt8>, at start: Int) -> (kind: WireUnit, end: Int)? {
        var index = start
        while index + 4 <= bytes.count {
            if bytes[index] == 13, bytes[index + 1] == 10, bytes[index + 2] == 13, bytes[index + 3] == 10 {
                let head = text(bytes, start..<index)
                return (head.hasPrefix("HTTP/1.1 101") ? .welcome : .failure(head), index + 4)
            }
            index += 1
        }
        return nil
    }

    private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    }

    func isIntact(_ delivery: Span<UInt8>, channel: String) -> Bool {
        let end = delivery.count - 1
        guard PayloadData.isIntact(delivery, at: end - dataSize, size: dataSize) else { return false }
        let envelope = text(delivery, 0..<delivery.count)
        return envelope.contains(#"{"type":"event","id":"msg_"#)
            && envelope.contains(#""channel":"\#(channel)","event":"\#(DCMFormat.event)""#)
    }
}
