/// What a request that comes from no connection asks.
package struct Question: Sendable {
    package let channel: ChannelName
    package let event: String
    /// One JSON value.
    package let data: [UInt8]
    package let sender: Sender?

    package init(channel: ChannelName, event: String, data: [UInt8], sender: Sender?) {
        self.channel = channel
        self.event = event
        self.data = data
        self.sender = sender
    }
}

extension Bus {
    /// Asks whoever listens to a channel and waits for the first reply.
    package func request(_ question: Question, milliseconds: UInt64) async -> RequestOutcome {
        await (shards.first { $0.loop.isCurrent } ?? shards[0]).request(question, milliseconds: milliseconds)
    }

    /// Replies to a message that asked for it; false if nobody waits any more.
    package func reply(to id: String, _ reply: Reply) async -> Bool { await shards[0].reply(to: id, reply) }
}

extension Shard {
    fileprivate func reply(to id: String, _ reply: Reply) async -> Bool {
        await withCheckedContinuation { continuation in
            self.reply(to: id, reply) { continuation.resume(returning: $0) }
        }
    }

    fileprivate func request(_ question: Question, milliseconds: UInt64) async -> RequestOutcome {
        await withCheckedContinuation { continuation in
            _ = request(
                on: question.channel,
                asker: nil,
                milliseconds: milliseconds,
                make: { replyTo in
                    Message(
                        channel: question.channel,
                        event: question.event,
                        data: question.data.span,
                        sender: question.sender,
                        position: nextPosition(on: question.channel),
                        replyTo: replyTo
                    )
                },
                then: { continuation.resume(returning: $0) }
            )
        }
    }
}
