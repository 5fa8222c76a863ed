package import Agents
package import Bus
internal import Storage

/// The JSON protocol of agents on one connection (contract section 2): decodes what the client wants, asks the rules,
/// acts on the shard, answers.
package final class AgentEndpoint: WebSocketEndpoint {
    private let service: AgentService
    private let clientID = MessageID.make(prefix: "ws_")
    private let joinsGlobal: Bool
    private let claimedSession: String?
    private var identity: Identity
    /// False until the client has shown credentials, where they are needed.
    private var isAdmitted: Bool
    /// The client has said that it acknowledges what its inbox brings.
    private var acknowledgesItems = false
    private var connection: WebSocketConnection?
    private var subscriber: Subscriber?
    private var inbox: AgentInbox?
    /// What the client asked for, and what it got for that: an answer to `unsubscribe` takes back just that.
    private var granted: [ChannelPattern: [ChannelPattern]] = [:]

    /// Patterns that one connection may have.
    static let maximumSubscriptions = 1024

    /// - Parameters:
    ///   - claimedAgent: What the URL says: it names the sender and opens nothing.
    ///   - claimedSession: What the URL says: the session of a later `auth` that names none.
    ///   - joinsGlobal: False leaves the automatic subscription to `global` out (`?global=0`).
    ///   - credentials: What the upgrade showed: as good as an `auth` message.
    package init(
        _ service: AgentService,
        claimedAgent: String?,
        claimedSession: String?,
        joinsGlobal: Bool,
        credentials: Authenticator.Credentials? = nil
    ) {
        self.service = service
        self.claimedSession = claimedSession
        self.joinsGlobal = joinsGlobal
        isAdmitted = credentials != nil || !service.needsCredentials
        let claimed = claimedAgent.map { Identity.claimed(agentID: $0, sessionID: claimedSession) } ?? .anonymous
        let proven = credentials.flatMap {
            try? service.authenticator.identity(with: $0, agentID: nil, sessionID: claimedSession, as: claimed)
        }
        identity = proven ?? claimed
    }

    package func opened(_ connection: WebSocketConnection, on shard: isolated Shard) {
        self.connection = connection
        guard let stream = connection.stream else { return }
        let subscriber = Subscriber(
            connection.compresses ? .sink(CompressingSink(connection)) : .wire(stream)
        )
        self.subscriber = subscriber
        service.connectionOpened()
        send(ServerMessage.connected(clientID: clientID), on: shard)
        guard isAdmitted else { return }
        if joinsGlobal { joinGlobal(on: shard) }
        arrive(on: shard)
    }

    package func received(_ payload: Span<UInt8>, kind: WebSocketMessageKind, on shard: isolated Shard) {
        let message: ClientMessage
        do throws(ClientMessage.Refusal) {
            message = try ClientMessage(payload)
        } catch {
            return send(ServerMessage.error(code: error.code, error.message), on: shard)
        }
        guard isAdmitted || !message.needsAdmission else {
            return answer(message, failure: AccessPolicy.Refusal.unauthenticated.message, on: shard)
        }
        switch message.kind {
        case .publish(let publication): publish(publication, message, payload, on: shard)
        case .subscribe(let text): subscribe(text, message, on: shard)
        case .unsubscribe(let text): unsubscribe(text, message, on: shard)
        case .auth(let token, let agentID, let sessionID, let acknowledges):
            acknowledgesItems = acknowledgesItems || acknowledges
            authenticate(token: token, agentID: agentID, sessionID: sessionID, message, on: shard)
        case .ping: send(ServerMessage.pong(), on: shard)
        case .acknowledge(let id): acknowledge(id, message, on: shard)
        // The natural answer to our ping: a sign of life that needs no answer.
        case .pong: break
        }
    }

    // MARK: - Messages of the client

    private func publish(
        _ publication: ClientMessage.Publication,
        _ message: ClientMessage,
        _ payload: Span<UInt8>,
        on shard: isolated Shard
    ) {
        guard let channel = ChannelName(publication.channel) else {
            return answer(message, failure: "Invalid channel format: \(publication.channel)", on: shard)
        }
        if let refusal = AccessPolicy.mayPublish(publication.event, on: channel, as: identity) {
            return answer(message, failure: refusal.message, on: shard)
        }
        if channel.kind == .agents, let sender = identity.agentID,
            let refusal = service.blocking.refusal(from: sender, to: String(channel.name))
        {
            return answer(message, failure: refusal.message, on: shard)
        }
        let event =
            if let range = publication.data {
                Message(
                    channel: channel,
                    event: publication.event,
                    data: payload.extracting(range),
                    sender: identity.sender
                )
            } else {
                Message(
                    channel: channel,
                    event: publication.event,
                    data: Array("null".utf8),
                    sender: identity.sender
                )
            }
        shard.publish(event)
        // Who listens to what he publishes sees the event before the answer.
        if granted.values.contains(where: { $0.contains { $0.matches(channel) } }) { shard.endBurst() }
        answerSuccess(message, on: shard)
    }

    private func subscribe(_ text: String, _ message: ClientMessage, on shard: isolated Shard) {
        do throws(AccessPolicy.Refusal) {
            let patterns = try AccessPolicy.mayListen(to: text, as: identity)
            guard granted.count < AgentEndpoint.maximumSubscriptions, let wanted = ChannelPattern(text) else {
                return answer(message, failure: "Too many subscriptions on this connection", on: shard)
            }
            grant(wanted, patterns, on: shard)
            if let agentID = rememberedID { service.subscriptions.remember(wanted, of: agentID) }
            answerSuccess(message, on: shard)
        } catch {
            answer(message, failure: error.message, on: shard)
        }
    }

    /// Only who proved to be somebody, or was let in on its word, is remembered.
    private var rememberedID: String? { identity.isAuthenticated ? identity.agentID : nil }

    private func grant(_ wanted: ChannelPattern, _ patterns: [ChannelPattern], on shard: isolated Shard) {
        guard let subscriber else { return }
        granted[wanted] = patterns
        for pattern in patterns { shard.subscribe(subscriber, to: pattern) }
    }

    private func unsubscribe(_ text: String, _ message: ClientMessage, on shard: isolated Shard) {
        if let wanted = ChannelPattern(text), let subscriber, let patterns = granted.removeValue(forKey: wanted) {
            let stillWanted = Set(granted.values.joined())
            for pattern in patterns where !stillWanted.contains(pattern) {
                shard.unsubscribe(subscriber, from: pattern)
            }
            if let agentID = rememberedID { service.subscriptions.forget(wanted, of: agentID) }
        }
        answerSuccess(message, on: shard)
    }

    private func authenticate(
        token: String?,
        agentID: String?,
        sessionID: String?,
        _ message: ClientMessage,
        on shard: isolated Shard
    ) {
        let known: Identity
        do throws(Authenticator.Failure) {
            known = try service.authenticator.authenticate(
                token: token,
                agentID: agentID,
                sessionID: sessionID ?? identity.sessionID ?? claimedSession,
                as: identity
            )
        } catch {
            return send(ServerMessage.error(code: error.rawValue, error.message, id: message.id), on: shard)
        }
        if identity.isAuthenticated && identity.agentID != known.agentID { leave(on: shard) }
        identity = known
        let isNew = !isAdmitted
        isAdmitted = true
        answerSuccess(message, on: shard)
        if isNew, joinsGlobal { joinGlobal(on: shard) }
        arrive(on: shard)
    }

    private func joinGlobal(on shard: isolated Shard) {
        grant(ChannelPattern(.global), [ChannelPattern(.global)], on: shard)
    }

    /// What an agent gets without asking, once it is known to be that agent.
    private func arrive(on shard: isolated Shard) {
        guard let agentID = rememberedID else { return }
        join("agents/\(agentID)", on: shard)
        if let sessionID = identity.sessionID { join("sessions/\(sessionID)", on: shard) }
        for pattern in service.subscriptions.patterns(of: agentID) { join(pattern.text, on: shard) }
        openInbox(of: agentID, on: shard)
        announce("agent.connected", on: shard)
    }

    /// Who becomes another agent has no claim to the first one's channels.
    private func leave(on shard: isolated Shard) {
        announce("agent.disconnected", on: shard)
        inbox?.close(on: shard)
        inbox = nil
        guard let subscriber else { return }
        for pattern in shard.patterns(of: subscriber) where pattern.text != ChannelName.global.text {
            shard.unsubscribe(subscriber, from: pattern)
        }
        granted = granted.filter { $0.key == ChannelPattern(.global) }
    }

    private func join(_ text: String, on shard: isolated Shard) {
        guard let wanted = ChannelPattern(text), let patterns = try? AccessPolicy.mayListen(to: text, as: identity),
            granted.count < AgentEndpoint.maximumSubscriptions
        else { return }
        grant(wanted, patterns, on: shard)
    }

    private func announce(_ event: String, on shard: isolated Shard) {
        guard let agentID = identity.agentID else { return }
        shard.publishGathered(
            Message(
                channel: .global,
                event: event,
                data: ServerMessage.presence(agentID: agentID, clientID: clientID, sessionID: identity.sessionID)
            )
        )
    }

    // MARK: - Inbox

    private func openInbox(of agentID: String, on shard: isolated Shard) {
        if let inbox {
            if acknowledgesItems { inbox.startAcknowledging() }
        } else if let subscriber {
            inbox = AgentInbox(service.inboxes, agentID, subscriber, acknowledges: acknowledgesItems, on: shard)
        }
    }

    /// Whoever acknowledges once is taken to do so from now on. An id that isn't that of a message is none of an inbox.
    private func acknowledge(_ text: String, _ message: ClientMessage, on shard: isolated Shard) {
        guard let inbox, let id = UUIDv7(text) else { return }
        acknowledgesItems = true
        inbox.startAcknowledging()
        // As with requests, the task enters the shard at once, and this object is part of the shard's state.
        nonisolated(unsafe) let endpoint = self
        Task(executorPreference: shard.taskExecutor) { [link = inbox.link, service] in
            do throws(AgentsError) {
                try await service.inboxes.acknowledge(id, by: link.agentID)
                unsafe await endpoint.answerAcknowledged(message, on: shard)
            } catch {
                unsafe await endpoint.answerAcknowledged(message, failure: error.message, on: shard)
            }
        }
    }

    private func answerAcknowledged(_ message: ClientMessage, failure: String? = nil, on shard: isolated Shard) {
        if let failure { answer(message, failure: failure, on: shard) } else { answerSuccess(message, on: shard) }
    }

    // MARK: - Answers

    private func answerSuccess(_ message: ClientMessage, on shard: isolated Shard) {
        guard let id = message.id else { return }
        send(ServerMessage.acknowledgement(id), on: shard)
    }

    /// A failure is told also to who didn't ask for an answer: a message that silently goes nowhere helps nobody.
    private func answer(_ message: ClientMessage, failure: String, on shard: isolated Shard) {
        if let id = message.id {
            send(ServerMessage.failure(id, failure), on: shard)
        } else {
            send(ServerMessage.error(code: "REFUSED", failure), on: shard)
        }
    }

    private func send(_ json: [UInt8], on shard: isolated Shard) { connection?.send(json.span, on: shard) }

    package func quiet(on shard: isolated Shard) { send(ServerMessage.ping(), on: shard) }

    package func closed(on shard: isolated Shard) {
        guard connection != nil else { return }
        connection = nil
        inbox?.close(on: shard)
        inbox = nil
        if let subscriber { shard.remove(subscriber) }
        subscriber = nil
        service.connectionClosed()
        if identity.isAuthenticated { announce("agent.disconnected", on: shard) }
    }
}

/// Delivers to a connection that agreed on compression. Small events go as they are, in the frame that all share:
/// compressing them for each subscriber would cost more than it saves on a local network.
private final class CompressingSink: MessageSink {
    private let connection: WebSocketConnection
    private static let threshold = 1024

    init(_ connection: WebSocketConnection) { self.connection = connection }

    var bufferedBytes: Int { connection.stream?.buffered ?? 0 }

    func deliver(_ message: Message, on shard: isolated Shard) {
        if message.wire.count < CompressingSink.threshold {
            connection.send(frames: message.wire, on: shard)
        } else {
            connection.send(message.envelope.span, on: shard)
        }
    }
}
