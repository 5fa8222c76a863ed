internal import Agents
internal import Bus
internal import Storage

/// `publish`, `request` and `reply`.
extension AgentEndpoint {
    /// Requests that one connection may wait for.
    static let maximumRequests = 256
    /// How long a request waits for a reply, in milliseconds, if it doesn't say so, and at most.
    static let replyMilliseconds = 5000
    static let maximumReplyMilliseconds = 600_000

    func publish(
        _ publication: ClientMessage.Publication,
        _ message: ClientMessage,
        _ payload: Span<UInt8>,
        on shard: isolated Shard
    ) {
        guard let channel = admitted(publication, message, on: shard) else { return }
        if publication.isRetained, !shard.retained.hasRoom(on: channel, bytes: payload.count) {
            return answer(message, failure: "There is no room for another retained value", on: shard)
        }
        // Nobody who is unknown makes work for the disk.
        let tracking = identity.isAuthenticated ? service.events.tracking(of: publication.event, on: channel) : nil
        let id = tracking?.id.description
        let event = event(publication, on: channel, payload, id: id, replyTo: nil, on: shard)
        if let tracking { return publish(event, tracking, isDurable: publication.isDurable, message, on: shard) }
        if publication.isDurable { return publishDurably(event, message, on: shard) }
        shard.publish(event)
        // Who listens to what he publishes sees the event before the answer.
        if granted.values.contains(where: { $0.contains { $0.matches(channel) } }) { shard.endBurst() }
        answerSuccess(message, on: shard)
    }

    /// The channel, if the rules allow the publication; else the client is told.
    private func admitted(
        _ publication: ClientMessage.Publication,
        _ message: ClientMessage,
        on shard: isolated Shard
    ) -> ChannelName? {
        guard let channel = ChannelName(publication.channel) else {
            answer(message, failure: "Invalid channel format: \(publication.channel)", on: shard)
            return nil
        }
        if let refusal = AccessPolicy.mayPublish(publication.event, on: channel, as: identity) {
            answer(message, failure: refusal.message, on: shard)
            return nil
        }
        if channel.kind == .agents, let sender = identity.agentID,
            let refusal = service.blocking.refusal(from: sender, to: String(channel.name))
        {
            answer(message, failure: refusal.message, on: shard)
            return nil
        }
        return channel
    }

    private func event(
        _ publication: ClientMessage.Publication,
        on channel: ChannelName,
        _ payload: Span<UInt8>,
        id: String? = nil,
        replyTo: String?,
        on shard: isolated Shard
    ) -> Message {
        let position = shard.nextPosition(on: channel)
        func message(_ data: Span<UInt8>) -> Message {
            Message(
                channel: channel,
                event: publication.event,
                data: data,
                sender: identity.sender,
                position: position,
                isRetained: publication.isRetained,
                replyTo: replyTo,
                id: id.map { ArraySlice($0.utf8) }
            )
        }
        if let range = publication.data { return message(payload.extracting(range)) }
        return message(Array("null".utf8).span)
    }

    /// An event that agents have to acknowledge goes out at once, in the order of its publisher; the answer comes when
    /// it is durable.
    private func publish(
        _ event: Message,
        _ tracking: TrackedEvents.Tracking,
        isDurable: Bool,
        _ message: ClientMessage,
        on shard: isolated Shard
    ) {
        let record = service.events.published(event, tracking)
        if isDurable { publishDurably(event, message, on: shard) } else { shard.publish(event) }
        // As with requests, the task enters the shard at once, and this object is part of the shard's state.
        nonisolated(unsafe) let endpoint = self
        Task(executorPreference: shard.taskExecutor) { [service] in
            do throws(AgentsError) {
                try await service.events.keep(record)
                if !isDurable { unsafe await endpoint.answerSuccess(message, on: shard) }
            } catch {
                guard !isDurable else { return }
                let failure = "The event was published, but can't be kept: \(error.message)"
                unsafe await endpoint.answer(message, failure: failure, on: shard)
            }
        }
    }

    private func publishDurably(_ event: Message, _ message: ClientMessage, on shard: isolated Shard) {
        guard shard.canPublishDurably(on: event.channel) else {
            return answer(message, failure: "Events of this channel are not kept on a disk", on: shard)
        }
        owesAnswer()
        shard.publishDurably(event) { [weak self] isWritten in
            guard let self else { return }
            defer { paidAnswer(on: shard) }
            if isWritten {
                answerSuccess(message, on: shard)
            } else {
                answer(message, failure: "The event was published, but the disk could not be written", on: shard)
            }
        }
    }

    // MARK: - Request and reply

    func request(
        _ publication: ClientMessage.Publication,
        _ milliseconds: Int?,
        _ message: ClientMessage,
        _ payload: Span<UInt8>,
        on shard: isolated Shard
    ) {
        guard let id = message.id else {
            let reason = "A request needs an id, by which its reply is known"
            return send(ServerMessage.error(code: "PARSE_ERROR", reason), on: shard)
        }
        guard let channel = admitted(publication, message, on: shard) else { return }
        guard requests.count < AgentEndpoint.maximumRequests else {
            return send(ServerMessage.outcome(id, .refused, of: channel), on: shard)
        }
        let wait = min(milliseconds ?? AgentEndpoint.replyMilliseconds, AgentEndpoint.maximumReplyMilliseconds)
        var opened: String?
        var isOver = false
        opened = shard.request(
            on: channel,
            asker: subscriber,
            milliseconds: UInt64(wait),
            make: { event(publication, on: channel, payload, replyTo: $0, on: shard) },
            then: { [weak self] outcome in
                isOver = true
                guard let self else { return }
                if let opened { requests.remove(opened) }
                shard.endBurst()
                send(ServerMessage.outcome(id, outcome, of: channel), on: shard)
            }
        )
        if let opened, !isOver { requests.insert(opened) }
    }

    func reply(
        to id: String,
        _ data: Range<Int>?,
        _ message: ClientMessage,
        _ payload: Span<UInt8>,
        on shard: isolated Shard
    ) {
        let bytes = data.map { [UInt8](copying: payload.extracting($0)) } ?? Array("null".utf8)
        shard.reply(to: id, Reply(data: bytes, sender: identity.sender)) { [weak self] wasOpen in
            guard let self else { return }
            if wasOpen {
                answerSuccess(message, on: shard)
            } else if message.id != nil {
                answer(message, failure: "Nobody waits for this reply any more", on: shard)
            }
        }
    }
}
