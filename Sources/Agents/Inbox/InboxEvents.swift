internal import Bus
internal import Storage

extension Message {
    /// `message.new` on the channel of an agent: an item of its inbox, with the content. The id of the event is that of
    /// the message, the same with each offer, so that a client can recognise and acknowledge it by either. An item that
    /// is an event is that event once more.
    static func offered(_ item: InboxItem, to agentID: String) -> Message? {
        let message = item.message
        if let channel = message.channel { return event(message, on: channel) }
        guard let channel = ChannelName("agents/\(agentID)") else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.field("id", message.id.description)
        json.field("from", message.fromAgent)
        json.field("to", message.toAgent)
        json.field("topic", message.topic)
        json.field("priority", message.priority)
        json.field("content", raw: message.content.utf8Span.span)
        json.field("thread_id", message.threadID)
        json.field("reply_to", message.replyTo?.description)
        json.field("is_broadcast", message.toAgent == nil)
        json.field("attempt", max(1, item.attempts))
        json.field("created_at", message.createdAt)
        json.field("expires_at", message.expiresAt)
        json.endObject()
        return Message(
            channel: channel,
            event: "message.new",
            data: json.bytes,
            sender: Sender(agentID: message.fromAgent, isVerified: message.isVerified),
            id: message.id.description
        )
    }

    private static func event(_ record: MessageRecord, on channel: String) -> Message? {
        guard let channel = ChannelName(channel) else { return nil }
        return Message(
            channel: channel,
            event: record.topic,
            data: Array(record.content.utf8),
            sender: record.fromAgent.isEmpty
                ? nil : Sender(agentID: record.fromAgent, isVerified: record.isVerified),
            at: record.createdAt,
            id: record.id.description
        )
    }

    /// `message.new` on `global`: that there is a message, without its content.
    static func messageStored(_ message: MessageRecord) -> Message {
        var json = JSONWriter()
        json.beginObject()
        json.field("id", message.id.description)
        json.field("from", message.fromAgent)
        json.field("to", message.toAgent)
        json.field("topic", message.topic)
        json.endObject()
        return Message(channel: .global, event: "message.new", data: json.bytes, at: message.createdAt)
    }

    /// What became of a message, on the channel of its sender.
    static func receipt(_ receipt: InboxReceipt) -> Message? {
        guard let channel = ChannelName("agents/\(receipt.sender)") else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.field("id", receipt.messageID.description)
        json.field("to", receipt.agentID)
        json.field("topic", receipt.topic)
        json.endObject()
        return Message(channel: channel, event: receipt.event.rawValue, data: json.bytes)
    }
}
