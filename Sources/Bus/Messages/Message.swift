/// One event on a channel, immutable, encoded once.
///
/// `wire` is what every remote subscriber gets: a WebSocket text frame (RFC 6455 section 5.2, unmasked) around the
/// envelope `{"type":"event","id","channel","event","timestamp","data"}` with `sender` and `verified` when the publisher
/// is known, `offset` and `epoch` on channels with a history, `retained` and `reply_to` where they apply. `data` is the
/// publisher's bytes, validated once and never decoded by the bus.
package final class Message: Sendable {
    package let channel: ChannelName
    package let event: String
    package let sender: Sender?
    package let timestamp: Timestamp
    /// Its place in the channel's history; nil on channels without one.
    package let position: HistoryPosition?
    /// True if it is to be the channel's retained value.
    package let isRetained: Bool
    /// Where a reply goes, if the publisher waits for one.
    package let replyTo: String?
    /// The encoded frame.
    package let wire: [UInt8]
    /// Where the envelope begins in `wire`; it goes to the end.
    private let envelopeStart: Int
    private let dataRange: Range<Int>

    /// Encodes a message. `data` must be one valid JSON value.
    package convenience init(
        channel: ChannelName,
        event: String,
        data: [UInt8],
        sender: Sender? = nil,
        isRetained: Bool = false,
        at timestamp: Timestamp = .now(),
        id: String? = nil
    ) {
        self.init(
            channel: channel,
            event: event,
            data: data.span,
            sender: sender,
            isRetained: isRetained,
            id: id.map { ArraySlice($0.utf8) },
            at: timestamp
        )
    }

    /// The same message at its place in the history of its channel.
    package convenience init(_ message: Message, at position: HistoryPosition) {
        self.init(
            channel: message.channel,
            event: message.event,
            data: message.data.span,
            sender: message.sender,
            position: position,
            isRetained: message.isRetained,
            replyTo: message.replyTo,
            id: message.idBytes,
            at: message.timestamp
        )
    }

    /// The same message under another id, printable ASCII without quotes and backslashes.
    package convenience init(_ message: Message, id: String) {
        self.init(
            channel: message.channel,
            event: message.event,
            data: message.data.span,
            sender: message.sender,
            position: message.position,
            isRetained: message.isRetained,
            replyTo: message.replyTo,
            id: ArraySlice(id.utf8),
            at: message.timestamp
        )
    }

    /// Encodes a message. `data` must be one valid JSON value.
    ///
    /// - Parameter id: Printable ASCII without quotes and backslashes: that of a message that is encoded again or that
    ///   has one elsewhere. Nil for a new one.
    package init(
        channel: ChannelName,
        event: String,
        data: Span<UInt8>,
        sender: Sender? = nil,
        position: HistoryPosition? = nil,
        isRetained: Bool = false,
        replyTo: String? = nil,
        id: ArraySlice<UInt8>? = nil,
        at timestamp: Timestamp = .now()
    ) {
        self.channel = channel
        self.event = event
        self.sender = sender
        self.position = position
        self.isRetained = isRetained
        self.replyTo = replyTo
        self.timestamp = timestamp
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + channel.text.utf8.count + event.utf8.count + 208)
        bytes.append(contentsOf: FrameHeader.placeholder)
        bytes.append(contentsOf: #"{"type":"event","id":""#.utf8)
        if let id {
            bytes.append(contentsOf: id)
        } else {
            MessageID.append(prefix: "msg_", at: timestamp, to: &bytes)
        }
        bytes.append(contentsOf: #"","channel":"#.utf8)
        bytes.appendJSONString(channel.text)
        bytes.append(contentsOf: #","event":"#.utf8)
        bytes.appendJSONString(event)
        if let sender {
            bytes.append(contentsOf: #","sender":"#.utf8)
            bytes.appendJSONString(sender.agentID)
            bytes.append(contentsOf: (sender.isVerified ? #","verified":true"# : #","verified":false"#).utf8)
        }
        bytes.append(contentsOf: #","timestamp":"#.utf8)
        bytes.appendDecimal(timestamp.milliseconds)
        if let position {
            bytes.append(contentsOf: #","offset":"#.utf8)
            bytes.appendDecimal(position.offset)
            bytes.append(contentsOf: #","epoch":""#.utf8)
            bytes.append(contentsOf: position.epoch.utf8)
            bytes.append(UInt8(ascii: "\""))
        }
        if isRetained { bytes.append(contentsOf: #","retained":true"#.utf8) }
        if let replyTo {
            bytes.append(contentsOf: #","reply_to":"#.utf8)
            bytes.appendJSONString(replyTo)
        }
        bytes.append(contentsOf: #","data":"#.utf8)
        let dataStart = bytes.count
        bytes.append(copying: data)
        let dataLength = bytes.count - dataStart
        bytes.append(UInt8(ascii: "}"))
        let shift = FrameHeader.finish(&bytes)
        wire = bytes
        envelopeStart = FrameHeader.placeholder.count + shift
        dataRange = (dataStart + shift)..<(dataStart + shift + dataLength)
    }

    /// A message from its frame, as `wire` had it; nil if the bytes are no such frame.
    package init?(wire: [UInt8]) {
        guard let start = FrameHeader.payloadStart(wire),
            let fields = try? Message.fields.scan(wire.span, in: start..<wire.count)
        else {
            return nil
        }
        func text(_ index: Int) -> String? { fields[index].flatMap { try? JSONScanner.string(wire.span, $0) } }
        func integer(_ index: Int) -> Int64? { fields[index].flatMap { JSONScanner.integer(wire.span, $0) } }
        guard let channel = text(0).flatMap(ChannelName.init), let event = text(1), let time = integer(4),
            let data = fields[9]
        else { return nil }
        self.channel = channel
        self.event = event
        let isVerified = fields[3].flatMap { JSONScanner.bool($0) } ?? false
        sender = text(2).map { Sender(agentID: $0, isVerified: isVerified) }
        timestamp = Timestamp(milliseconds: time)
        if let offset = integer(5), let epoch = text(6) {
            position = HistoryPosition(offset: offset, epoch: epoch)
        } else {
            position = nil
        }
        isRetained = fields[7] != nil
        replyTo = text(8)
        self.wire = wire
        envelopeStart = start
        dataRange = data.range
    }

    private static let fields = JSONFieldTable<10>([
        "channel", "event", "sender", "verified", "timestamp", "offset", "epoch", "retained", "reply_to", "data",
    ])

    /// The envelope as JSON, for subscribers that frame or compress it themselves.
    package var envelope: ArraySlice<UInt8> { wire[envelopeStart...] }
    /// The publisher's JSON value.
    package var data: ArraySlice<UInt8> { wire[dataRange] }
    /// The name by which it is acknowledged.
    package var id: String { String(decoding: idBytes, as: UTF8.self) }

    /// Ids have no escapes, so the next quote ends one.
    private var idBytes: ArraySlice<UInt8> {
        wire[(envelopeStart + #"{"type":"event","id":""#.utf8.count)...].prefix { $0 != UInt8(ascii: "\"") }
    }
}
