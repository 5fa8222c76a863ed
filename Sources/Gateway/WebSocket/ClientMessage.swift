internal import Bus

/// A message of a client, decoded (contract section 2.4). Unknown fields are ignored, null counts as absent.
struct ClientMessage {
    /// `publish`, with the byte range of its data in the payload.
    struct Publication {
        let channel: String
        let event: String
        /// Nil when absent.
        let data: Range<Int>?
    }

    enum Kind {
        case publish(Publication)
        case subscribe(String)
        case unsubscribe(String)
        case auth(token: String?, agentID: String?, sessionID: String?, acknowledges: Bool)
        case ping
        case pong
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
        case .publish, .subscribe, .unsubscribe, .acknowledge: true
        }
    }

    private static let names = JSONFieldTable<10>([
        "type", "id", "channel", "event", "data", "token", "agent_id", "session_id", "acks", "message_id",
    ])
    /// Longer correlation ids are refused: they are sent back as they are.
    private static let maximumIDLength = 256

    init(_ payload: Span<UInt8>) throws(Refusal) {
        let fields: [10 of JSONValue?]
        do {
            fields = try ClientMessage.names.scan(payload)
        } catch {
            throw .parse(error.message)
        }
        id = try ClientMessage.correlation(fields[1], in: payload)
        guard let type = fields[0] else { throw .unknown("undefined") }

        func text(_ value: JSONValue?, _ name: String) throws(Refusal) -> String? {
            guard let value, value.kind != .null else { return nil }
            guard value.kind == .string, let text = try? JSONScanner.string(payload, value) else {
                throw .parse("\(name) must be a string")
            }
            return text
        }
        func required(_ value: JSONValue?, _ name: String) throws(Refusal) -> String {
            guard let text = try text(value, name) else { throw .parse("\(name) is required") }
            return text
        }

        if JSONScanner.string(payload, type, equals: "publish") {
            let data = fields[4].flatMap { $0.range }
            kind = .publish(
                Publication(
                    channel: try required(fields[2], "channel"),
                    event: try required(fields[3], "event"),
                    data: data
                )
            )
            return
        }
        switch try text(type, "type") ?? "null" {
        case "subscribe": kind = .subscribe(try required(fields[2], "channel"))
        case "unsubscribe": kind = .unsubscribe(try required(fields[2], "channel"))
        case "auth":
            kind = .auth(
                token: try text(fields[5], "token"),
                agentID: try text(fields[6], "agent_id"),
                sessionID: try text(fields[7], "session_id"),
                acknowledges: fields[8].flatMap { JSONScanner.bool($0) } ?? false
            )
        case "ping": kind = .ping
        case "pong": kind = .pong
        case "ack": kind = .acknowledge(try text(fields[9], "message_id") ?? "")
        case let other: throw .unknown(String(other.prefix(64)))
        }
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
