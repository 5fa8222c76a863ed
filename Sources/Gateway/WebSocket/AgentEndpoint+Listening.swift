internal import Agents
internal import Bus

/// `subscribe` and what a connection listens to.
extension AgentEndpoint {
    /// Only who proved to be somebody, or was let in on its word, is remembered.
    var rememberedID: String? { identity.isAuthenticated ? identity.agentID : nil }

    func subscribe(_ interest: ClientMessage.Interest, _ message: ClientMessage, on shard: isolated Shard) {
        do throws(AccessPolicy.Refusal) {
            let patterns = try AccessPolicy.mayListen(to: interest.channel, as: identity)
            guard granted.count + queues.count < AgentEndpoint.maximumSubscriptions,
                let wanted = ChannelPattern(interest.channel)
            else { return answer(message, failure: "Too many subscriptions on this connection", on: shard) }
            if let queue = interest.queue {
                guard interest.since == nil else {
                    return answer(message, failure: "A queue has no since: it keeps what nobody took", on: shard)
                }
                return join(queue, wanted, patterns, acknowledges: interest.acknowledges, message, on: shard)
            }
            let channel = ChannelName(interest.channel).flatMap { shard.keepsHistory(of: $0) ? $0 : nil }
            if let channel {
                listen(to: channel, wanted, since: interest.since, message, on: shard)
            } else {
                guard interest.since == nil else {
                    return answer(message, failure: "Only a single channel with a history has a since", on: shard)
                }
                grant(wanted, patterns, on: shard)
                answerSuccess(message, on: shard)
                sendRetained(patterns, on: shard)
            }
            if let agentID = rememberedID { service.subscriptions.remember(wanted, of: agentID) }
        } catch {
            answer(message, failure: error.message, on: shard)
        }
    }

    func grant(_ wanted: ChannelPattern, _ patterns: [ChannelPattern], on shard: isolated Shard) {
        guard let subscriber else { return }
        granted[wanted] = patterns
        for pattern in patterns { shard.subscribe(subscriber, to: pattern) }
        inbox?.listen(to: patterns)
    }

    /// The answer has the channel's newest place; what was missed since the client's follows, then what comes.
    private func listen(
        to channel: ChannelName,
        _ wanted: ChannelPattern,
        since: HistoryPosition?,
        _ message: ClientMessage,
        on shard: isolated Shard
    ) {
        guard let subscriber else { return }
        // Events that are on their way already would come twice.
        if since != nil, granted.values.contains(where: { $0.contains { $0.matches(channel) } }) {
            return answer(
                message,
                failure: "This connection listens to \(channel) already: unsubscribe first",
                on: shard
            )
        }
        granted[wanted] = [ChannelPattern(channel)]
        inbox?.listen(to: [ChannelPattern(channel)])
        shard.listen(
            subscriber,
            to: channel,
            since: since,
            isWanted: { [weak self] in self?.granted[wanted] != nil },
            then: { [weak self] start in
                guard let self else { return }
                if let id = message.id { send(ServerMessage.listening(id, start), on: shard) }
                for event in start.missed { connection?.send(event, on: shard) }
                if start.isRecovered != true { sendRetained([ChannelPattern(channel)], on: shard) }
            }
        )
    }

    /// The last values of the channels that the patterns match.
    func sendRetained(_ patterns: [ChannelPattern], on shard: isolated Shard) {
        for pattern in patterns {
            for event in shard.retained.values(for: pattern) { connection?.send(event, on: shard) }
        }
    }

    // MARK: - Queues

    private func join(
        _ queue: String,
        _ wanted: ChannelPattern,
        _ patterns: [ChannelPattern],
        acknowledges: Bool,
        _ message: ClientMessage,
        on shard: isolated Shard
    ) {
        guard let connection else { return }
        guard QueueMemberships.isName(queue) else {
            return answer(message, failure: "Invalid queue name: \(queue)", on: shard)
        }
        guard !queues.contains(wanted, queue) else {
            return answer(message, failure: "This connection is in the queue already", on: shard)
        }
        var unanswered = patterns.count
        var isAdmitted = true
        for pattern in patterns {
            let sink = QueueMemberSink(connection, acknowledges ? self : nil)
            let name = QueueName(pattern: pattern, queue: queue)
            let membership = shard.join(name, sink, acknowledges: acknowledges) { [weak self] isJoined in
                isAdmitted = isAdmitted && isJoined
                unanswered -= 1
                guard unanswered == 0, let self else { return }
                if isAdmitted {
                    answerSuccess(message, on: shard)
                } else {
                    leaveQueue(wanted, queue, on: shard)
                    answer(message, failure: "There are too many queues or members", on: shard)
                }
            }
            sink.membership = membership
            queues.insert(membership, for: wanted, queue)
        }
        if !isAdmitted { leaveQueue(wanted, queue, on: shard) }
    }

    /// Leaves all queues on a pattern.
    func leaveQueues(_ text: String, on shard: isolated Shard) {
        guard let wanted = ChannelPattern(text) else { return }
        for membership in queues.removeAll(for: wanted, nil) { shard.leave(membership, isLost: false) }
    }

    private func leaveQueue(_ wanted: ChannelPattern, _ queue: String, on shard: isolated Shard) {
        for membership in queues.removeAll(for: wanted, queue) { shard.leave(membership, isLost: false) }
    }

    func leaveAllQueues(isLost: Bool, on shard: isolated Shard) {
        for membership in queues.removeAll() { shard.leave(membership, isLost: isLost) }
    }
}
