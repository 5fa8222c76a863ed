/// One event on a channel, immutable, encoded once.
///
/// `wire` is what every remote subscriber gets: a WebSocket text frame (RFC 6455 section 5.2, unmasked) around the
/// envelope `{"type":"event","id","channel","event","data","timestamp"}` with `sender` and `verified` when the publisher
/// is known. `data` is the publisher's bytes, validated once and never decoded by the bus.
package final class Message: Sendable {
    package let channel: ChannelName
    package let event: String
    package let sender: Sender?
    package let timestamp: Timestamp
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
        at timestamp: Timestamp = .now(),
        id: String? = nil
    ) {
        self.init(channel: channel, event: event, data: data.span, sender: sender, at: timestamp, id: id)
    }

    /// Encodes a message. `data` must be one valid JSON value; without an `id` it gets one of its own.
    package init(
        channel: ChannelName,
        event: String,
        data: Span<UInt8>,
        sender: Sender? = nil,
        at timestamp: Timestamp = .now(),
        id: String? = nil
    ) {
        self.channel = channel
        self.event = event
        self.sender = sender
        self.timestamp = timestamp
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + channel.text.utf8.count + event.utf8.count + 160)
        bytes.append(contentsOf: FrameHeader.placeholder)
        bytes.append(contentsOf: #"{"type":"event","id":"#.utf8)
        if let id {
            bytes.appendJSONString(id)
        } else {
            bytes.append(UInt8(ascii: "\""))
            MessageID.append(prefix: "msg_", at: timestamp, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(contentsOf: #","channel":"#.utf8)
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

    /// The envelope as JSON, for subscribers that frame or compress it themselves.
    package var envelope: ArraySlice<UInt8> { wire[envelopeStart...] }
    /// The publisher's JSON value.
    package var data: ArraySlice<UInt8> { wire[dataRange] }
}
