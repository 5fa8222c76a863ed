/// The text protocol of NATS (docs.nats.io, "Client Protocol"), as far as publishing and counting need it.
struct NATSFormat: WireFormat {
    let dataSize: Int

    /// - Parameter size: bytes of a message's payload.
    init(size: Int) { dataSize = max(PayloadData.minimumSize, size) }

    /// The server speaks first: `INFO`.
    var greeting: [UInt8] { [] }

    func hello(channel: String?) -> [UInt8] {
        let subscription = channel.map { "SUB \(NATSFormat.subject($0)) 1\r\n" } ?? ""
        return Array(("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n" + subscription + "PING\r\n").utf8)
    }

    /// NATS separates with points.
    private static func subject(_ channel: String) -> String {
        String(channel.map { $0 == "/" ? "." : $0 })
    }

    func publication(channel: String, publisher: Int, wantsAnswer: Bool) -> Publication {
        let data = PayloadData.make(publisher: publisher, size: dataSize)
        return Publication(
            head: Array("PUB \(NATSFormat.subject(channel)) \(data.count)\r\n".utf8),
            payload: data,
            tail: Array("\r\n".utf8),
            key: 0,
            idAt: nil,
            dataAt: 0
        )
    }

    func unit(_ bytes: Span<UInt8>, at start: Int, isGreeted: Bool) -> (kind: WireUnit, end: Int)? {
        var lineEnd = start
        while lineEnd < bytes.count, bytes[lineEnd] != UInt8(ascii: "\n") { lineEnd += 1 }
        guard lineEnd < bytes.count, lineEnd - start >= 3 else { return nil }
        let next = lineEnd + 1
        switch (bytes[start], bytes[start + 1]) {
        case (UInt8(ascii: "M"), _):
            var length = 0
            var scale = 1
            var index = lineEnd - 2
            while bytes[index] != UInt8(ascii: " ") {
                length += Int(bytes[index] - UInt8(ascii: "0")) * scale
                scale *= 10
                index -= 1
            }
            let end = next + length + 2
            return end <= bytes.count ? (.delivery(dataEnd: next + length), end) : nil
        case (UInt8(ascii: "P"), UInt8(ascii: "O")): return (.acknowledgement, next)
        case (UInt8(ascii: "P"), UInt8(ascii: "I")): return (.ping, next)
        case (UInt8(ascii: "I"), _): return (isGreeted ? .other : .welcome, next)
        case (UInt8(ascii: "+"), _): return (.acknowledgement, next)
        default:
            return (.failure(String(decoding: (start..<lineEnd).map { bytes[$0] }, as: UTF8.self)), next)
        }
    }

    func isIntact(_ delivery: Span<UInt8>, channel: String) -> Bool {
        PayloadData.isIntact(delivery, at: delivery.count - 2 - dataSize, size: dataSize)
    }
}
