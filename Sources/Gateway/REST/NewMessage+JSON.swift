internal import Agents
internal import Storage

extension NewMessage {
    /// A message as clients write it, with the spellings of the SDK and of other descriptions.
    ///
    /// - Parameter agent: Who sends it, if that is known without asking the text.
    init(json: [UInt8], agent: RequestAgent) throws(GatewayError) {
        var body = try JSONBody(json)
        let claimed = body.string("from_agent", aliases: ["from_agent_id", "sender_id"])
        self.init(
            fromAgent: agent.id ?? body.required(claimed, "from_agent"),
            toAgent: body.string("to_agent", aliases: ["to_agent_id"]),
            topic: body.requiredString("topic", aliases: ["message_type", "channel"]),
            content: body.content("content", aliases: ["payload"]) ?? "{}"
        )
        isVerified = agent.isVerified
        priority = body.integer("priority", in: NewMessage.priorities) ?? 0
        let milliseconds = body.integer("ttl_ms", in: 1...NewMessage.lifetimes.upperBound * 1000)
        lifetimeSeconds =
            body.integer("ttl_seconds", in: NewMessage.lifetimes) ?? milliseconds.map { ($0 + 999) / 1000 }
            ?? NewMessage.standardLifetime
        projectID = body.uuid("project_id")
        threadID = body.string("thread_id")
        replyTo = body.uuid("reply_to").flatMap { UUIDv7($0) }
        clientMessageID = body.string("client_message_id")
        try body.check()
    }
}
