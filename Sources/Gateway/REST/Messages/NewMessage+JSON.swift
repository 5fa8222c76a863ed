internal import Agents
internal import Storage

extension NewMessage {
    /// A message as a client describes it in the fields of `MessageDescriptions.send`.
    ///
    /// - Parameter agent: Who sends it, if that is known without asking the text.
    init(_ fields: FieldValues, agent: RequestAgent) throws(GatewayError) {
        let content = try fields.required(MessageDescriptions.content)
        self.init(
            fromAgent: try agent.id(orElse: fields[MessageDescriptions.fromAgent], MessageDescriptions.fromAgent),
            toAgent: fields[MessageDescriptions.toAgent],
            topic: try fields.required(MessageDescriptions.topic),
            content: String(decoding: content, as: UTF8.self)
        )
        isVerified = agent.isVerified
        priority = try fields.required(MessageDescriptions.priority)
        let milliseconds = fields[MessageDescriptions.lifetimeMilliseconds]
        lifetimeSeconds =
            fields[MessageDescriptions.lifetime] ?? milliseconds.map { ($0 + 999) / 1000 }
            ?? NewMessage.standardLifetime
        projectID = fields[MessageDescriptions.projectID]?.description
        threadID = fields[MessageDescriptions.threadID]
        replyTo = fields[MessageDescriptions.replyTo]
        clientMessageID = fields[MessageDescriptions.clientMessageID]
    }

    /// The same from the text of a JSON object.
    init(json: [UInt8], agent: RequestAgent) throws(GatewayError) {
        var body = try JSONBody(json)
        try self.init(body.values(of: MessageDescriptions.send.body), agent: agent)
    }
}
