internal import Agents
internal import Bus
internal import Storage

/// `message` and `ack`, and the inbox of the agent that is connected.
extension AgentEndpoint {
    func openInbox(of agentID: String, on shard: isolated Shard) {
        if let inbox {
            if acknowledgesItems { inbox.startAcknowledging() }
        } else if let subscriber {
            inbox = AgentInbox(
                service.inboxes,
                agentID,
                subscriber,
                acknowledges: acknowledgesItems,
                listens: Set(granted.values.joined()),
                isRestored: joinsOwn,
                on: shard
            )
        }
    }

    /// What a queue has handed over is acknowledged to it, anything else to the inbox. Whoever acknowledges there once is
    /// taken to do so from now on. An id that isn't that of a message is none of an inbox.
    func acknowledge(_ text: String, _ message: ClientMessage, on shard: isolated Shard) {
        if let membership = queues.acknowledge(text) { return shard.acknowledge(text, membership) }
        guard let inbox, let id = UUIDv7(text) else { return }
        acknowledgesItems = true
        inbox.startAcknowledging()
        // As with requests, the task enters the shard at once, and this object is part of the shard's state.
        nonisolated(unsafe) let endpoint = self
        owesAnswer()
        Task(executorPreference: shard.taskExecutor) { [link = inbox.link, service] in
            do throws(AgentsError) {
                try await service.inboxes.acknowledge(id, by: link.agentID)
                unsafe await endpoint.answerAcknowledged(message, on: shard)
            } catch {
                // An event that needn't be acknowledged may be, and there is nothing to be told.
                if error.code == .notFound && message.id == nil { return }
                unsafe await endpoint.answerAcknowledged(message, failure: error.message, on: shard)
            }
        }
    }

    private func answerAcknowledged(_ message: ClientMessage, failure: String? = nil, on shard: isolated Shard) {
        if let failure { answer(message, failure: failure, on: shard) } else { answerSuccess(message, on: shard) }
        paidAnswer(on: shard)
    }

    /// A message for an inbox: the answer says that it is durable. Messages that wait for their answers keep their order
    /// only if the client waits too.
    func sendMessage(_ json: [UInt8], _ message: ClientMessage, on shard: isolated Shard) {
        guard let agentID = identity.agentID else {
            return answer(message, failure: AccessPolicy.Refusal.anonymous.message, on: shard)
        }
        let agent = RequestAgent(id: agentID, isVerified: identity.sender?.isVerified ?? false)
        nonisolated(unsafe) let endpoint = self
        owesAnswer()
        Task(executorPreference: shard.taskExecutor) { [service] in
            let result = await service.outbox.send(json, agent: agent, id: message.id)
            unsafe await endpoint.answerSent(message, result, on: shard)
        }
    }

    private func answerSent(_ message: ClientMessage, _ result: Result<[UInt8], GatewayError>, on shard: isolated Shard)
    {
        switch result {
        case .success(let json): if message.id != nil { send(json, on: shard) }
        case .failure(let error): answer(message, failure: error.sentence, on: shard)
        }
        paidAnswer(on: shard)
    }
}
