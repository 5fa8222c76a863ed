internal import Bus

/// The messages of the server that are no events (contract section 2.6). Times are epoch milliseconds.
enum ServerMessage {
    static func connected(clientID: String) -> [UInt8] {
        object { json in
            json.field("type", "connected")
            json.field("client_id", clientID)
        }
    }

    /// On the path of every publish that wants an answer, so it is put together from its parts.
    static func acknowledgement(_ id: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(id.count + 64)
        bytes.append(contentsOf: #"{"type":"ack","id":"#.utf8)
        bytes.append(contentsOf: id)
        bytes.append(contentsOf: #","success":true,"timestamp":"#.utf8)
        bytes.appendDecimal(Timestamp.now().milliseconds)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Of a message for an inbox: `message` says what it became.
    static func acknowledgement(_ id: [UInt8], ofMessage message: [UInt8]) -> [UInt8] {
        object { json in
            json.field("type", "ack")
            json.field("id", raw: id.span)
            json.field("success", true)
            json.field("message", raw: message.span)
        }
    }

    /// The answer to `subscribe` on a channel with a history.
    static func listening(_ id: [UInt8], _ start: ListeningStart) -> [UInt8] {
        object { json in
            json.field("type", "ack")
            json.field("id", raw: id.span)
            json.field("success", true)
            json.field("offset", start.position.offset)
            json.field("epoch", start.position.epoch)
            if let isRecovered = start.isRecovered { json.field("recovered", isRecovered) }
        }
    }

    /// The answer to `request`: the reply, or why there is none.
    static func outcome(_ id: [UInt8], _ outcome: RequestOutcome, of channel: ChannelName) -> [UInt8] {
        switch outcome {
        case .reply(let reply): ServerMessage.reply(id, reply)
        case .noResponders: error(code: "NO_RESPONDERS", "Nobody listens to \(channel)", id: id)
        case .timedOut: error(code: "TIMEOUT", "Nobody replied in time", id: id)
        case .refused: error(code: "TOO_MANY_REQUESTS", "Too many requests wait for a reply", id: id)
        }
    }

    private static func reply(_ id: [UInt8], _ reply: Reply) -> [UInt8] {
        object { json in
            json.field("type", "reply")
            json.field("id", raw: id.span)
            if let sender = reply.sender {
                json.field("sender", sender.agentID)
                json.field("verified", sender.isVerified)
            }
            json.field("data", raw: reply.data.span)
        }
    }

    static func failure(_ id: [UInt8], _ reason: String) -> [UInt8] {
        object { json in
            json.field("type", "ack")
            json.field("id", raw: id.span)
            json.field("success", false)
            json.field("error", reason)
        }
    }

    static func pong() -> [UInt8] { object { $0.field("type", "pong") } }

    static func ping() -> [UInt8] { object { $0.field("type", "ping") } }

    static func error(code: String, _ reason: String, id: [UInt8]? = nil) -> [UInt8] {
        object { json in
            json.field("type", "error")
            if let id { json.field("id", raw: id.span) }
            json.field("error", reason)
            json.field("code", code)
        }
    }

    /// `data` of `agent.connected` and `agent.disconnected`.
    static func presence(agentID: String, clientID: String, sessionID: String?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("agent_id", agentID)
        json.field("client_id", clientID)
        if let sessionID { json.field("session_id", sessionID) }
        json.endObject()
        return json.bytes
    }

    private static func object(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        body(&json)
        json.field("timestamp", Timestamp.now().milliseconds)
        json.endObject()
        return json.bytes
    }
}
