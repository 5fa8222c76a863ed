internal import Bus

/// A message of a client, decoded (contract section 2.4). Unknown fields are ignored, null counts as absent.
struct ClientMessage {
    /// `publish`, with the byte range of its data in the payload.
    struct Publication {
        let channel: String
        let event: String
        /// Nil when absent.
        let data: Range<Int>?
        /// The channel keeps it as its last value.
        var isRetained = false
        /// The answer comes when the event is on the disk.
        var isDurable = false
    }

    /// `subscribe`.
    struct Interest {
        let channel: String
        /// How far the client has come.
        var since: HistoryPosition?
        /// The queue group that it joins.
        var queue: String?
        /// It acknowledges what the queue hands to it.
        var acknowledges = false
    }

    enum Kind {
        case publish(Publication)
        case request(Publication, milliseconds: Int?)
        case reply(to: String, data: Range<Int>?)
        case subscribe(Interest)
        case unsubscribe(String)
        case auth(token: String?, agentID: String?, sessionID: String?, acknowledges: Bool)
        case ping
        case pong
        /// `message`: for an inbox; its fields are those of the REST request.
        case message([UInt8])
        /// `ack`: the id of a message or of the event that brought it.
        case acknowledge(String)
    }

    /// Why a message can't be used.
    struct Refusal: Error, Equatable {
        let code: String
        let message: String

        static let parse = Refusal(code: "PARSE_ERROR", message: "Failed to parse message")

        static func parse(_ reason: String) -> Refusal {
            Refusal(code: "PARSE_ERROR", message: "Failed to parse message: \(reason)")
        }

        static func unknown(_ type: String) -> Refusal {
            Refusal(code: "UNKNOWN_MESSAGE_TYPE", message: "Unknown message type: \(type)")
        }
    }

    let kind: Kind
    /// JSON text of the correlation id as the client wrote it; nil when the client wants no answer.
    let id: [UInt8]?

    /// False for what a client may say before it has shown credentials.
    var needsAdmission: Bool {
        switch kind {
        case .auth, .ping, .pong: false
        case .publish, .request, .reply, .subscribe, .unsubscribe, .message, .acknowledge: true
        }
    }

    /// What a publish may have. Most messages are that, and each field that is looked for costs all of them something.
    private static let publicationNames = JSONFieldTable<7>([
        "type", "id", "channel", "event", "data", "retain", "durable",
    ])
    private static let names = JSONFieldTable<16>([
        "type", "id", "channel", "event", "data", "token", "agent_id", "session_id", "since", "queue", "acks", "retain",
        "durable", "timeout_ms", "reply_to", "message_id",
    ])
    private static let sinceNames = JSONFieldTable<2>(["offset", "epoch"])
    /// Longer correlation ids are refused: they are sent back as they are.
    private static let maximumIDLength = 256

    init(_ payload: Span<UInt8>) throws(Refusal) {
        let fields: [7 of JSONValue?]
        do {
            fields = try ClientMessage.publicationNames.scan(payload)
        } catch {
            throw .parse(error.message)
        }
        id = try ClientMessage.correlation(fields[1], in: payload)
        guard let type = fields[0] else { throw .unknown("undefined") }
        if JSONScanner.string(payload, type, equals: "publish") {
            kind = .publish(
                Publication(
                    channel: try ClientMessage.required(fields[2], "channel", in: payload),
                    event: try ClientMessage.required(fields[3], "event", in: payload),
                    data: fields[4].flatMap { $0.range },
                    isRetained: try ClientMessage.flag(fields[5], "retain"),
                    isDurable: try ClientMessage.flag(fields[6], "durable")
                )
            )
        } else {
            kind = try ClientMessage.kind(payload)
        }
    }

    private static func text(
        _ value: JSONValue?,
        _ name: String,
        in payload: Span<UInt8>
    ) throws(Refusal) -> String? {
        guard let value, value.kind != .null else { return nil }
        guard value.kind == .string, let text = try? JSONScanner.string(payload, value) else {
            throw .parse("\(name) must be a string")
        }
        return text
    }

    private static func required(
        _ value: JSONValue?,
        _ name: String,
        in payload: Span<UInt8>
    ) throws(Refusal) -> String {
        guard let text = try text(value, name, in: payload) else { throw .parse("\(name) is required") }
        return text
    }

    private static func flag(_ value: JSONValue?, _ name: String) throws(Refusal) -> Bool {
        guard let value, value.kind != .null else { return false }
        guard let flag = JSONScanner.bool(value) else { throw .parse("\(name) must be true or false") }
        return flag
    }

    /// Everything but a publish.
    private static func kind(_ payload: Span<UInt8>) throws(Refusal) -> Kind {
        let fields: [16 of JSONValue?]
        do {
            fields = try names.scan(payload)
        } catch {
            throw .parse(error.message)
        }
        func text(_ index: Int, _ name: String) throws(Refusal) -> String? {
            try ClientMessage.text(fields[index], name, in: payload)
        }
        func required(_ index: Int, _ name: String) throws(Refusal) -> String {
            try ClientMessage.required(fields[index], name, in: payload)
        }

        switch try text(0, "type") ?? "null" {
        case "request":
            let question = Publication(
                channel: try required(2, "channel"),
                event: try required(3, "event"),
                data: fields[4].flatMap { $0.range },
                isRetained: try flag(fields[11], "retain")
            )
            return .request(question, milliseconds: try timeOut(fields[13], in: payload))
        case "reply": return .reply(to: try required(14, "reply_to"), data: fields[4].flatMap { $0.range })
        case "subscribe":
            return .subscribe(
                Interest(
                    channel: try required(2, "channel"),
                    since: try since(fields[8], in: payload),
                    queue: try text(9, "queue"),
                    acknowledges: try flag(fields[10], "acks")
                )
            )
        case "unsubscribe": return .unsubscribe(try required(2, "channel"))
        case "auth":
            return .auth(
                token: try text(5, "token"),
                agentID: try text(6, "agent_id"),
                sessionID: try text(7, "session_id"),
                acknowledges: fields[10].flatMap { JSONScanner.bool($0) } ?? false
            )
        case "ping": return .ping
        case "pong": return .pong
        case "message": return .message([UInt8](copying: payload))
        case "ack": return .acknowledge(try text(15, "message_id") ?? "")
        case let other: throw .unknown(String(other.prefix(64)))
        }
    }

    private static func timeOut(_ value: JSONValue?, in payload: Span<UInt8>) throws(Refusal) -> Int? {
        guard let value, value.kind != .null else { return nil }
        guard let number = JSONScanner.integer(payload, value), number > 0 else {
            throw .parse("timeout_ms must be a whole number above 0")
        }
        return Int(clamping: number)
    }

    private static func since(_ value: JSONValue?, in payload: Span<UInt8>) throws(Refusal) -> HistoryPosition? {
        guard let value, value.kind != .null else { return nil }
        guard let fields = try? sinceNames.scan(payload, in: value.range),
            let offset = fields[0].flatMap({ JSONScanner.integer(payload, $0) }), offset >= 0,
            let epoch = fields[1].flatMap({ try? JSONScanner.string(payload, $0) })
        else { throw .parse("since must be an object with a whole number offset and a text epoch") }
        return HistoryPosition(offset: offset, epoch: epoch)
    }

    /// Any value that JavaScript calls true: the original answers exactly those.
    private static func correlation(_ value: JSONValue?, in payload: Span<UInt8>) throws(Refusal) -> [UInt8]? {
        guard let value else { return nil }
        switch value.kind {
        case .null, .false: return nil
        case .string where value.range.count == 2: return nil
        case .number where JSONScanner.double(payload, value) == 0: return nil
        default: break
        }
        guard value.range.count <= maximumIDLength else { throw .parse("id is longer than 256 bytes") }
        return [UInt8](copying: payload.extracting(value.range))
    }
}

extension [UInt8] {
    /// A copy of the bytes.
    init(copying bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
