package import Agents
package import Bus
internal import Storage

/// The JSON protocol of agents on one connection (contract section 2): decodes what the client wants, asks the rules,
/// acts on the shard, answers.
package final class AgentEndpoint: WebSocketEndpoint {
    let service: AgentService
    let clientID = MessageID.make(prefix: "ws_")
    private let joinsGlobal: Bool
    let joinsOwn: Bool
    private let claimedSession: String?
    private(set) var identity: Identity
    /// False until the client has shown credentials, where they are needed.
    private var isAdmitted: Bool
    /// The client has said that it acknowledges what its inbox brings.
    var acknowledgesItems = false
    var inbox: AgentInbox?
    private(set) var connection: WebSocketConnection?
    private(set) var subscriber: Subscriber?
    /// What the client asked for, and what it got for that: an answer to `unsubscribe` takes back just that.
    var granted: [ChannelPattern: [ChannelPattern]] = [:]
    /// Its memberships in queue groups, by what it asked for.
    var queues = QueueMemberships()
    /// The requests that it waits for.
    var requests: Set<String> = []
    /// Since when it is here.
    let since = Timestamp.now()
    private var presence = PresenceReporter()
    /// Answers that wait for a disk.
    private var owedAnswers = 0

    /// Patterns that one connection may have, queues among them.
    static let maximumSubscriptions = 1024

    /// - Parameters:
    ///   - claimedAgent: What the URL says: it names the sender and opens nothing.
    ///   - claimedSession: What the URL says: the session of a later `auth` that names none.
    ///   - joinsGlobal: False leaves the automatic subscription to `global` out (`?global=0`).
    ///   - joinsOwn: False leaves out those that come with `auth` (`?join=0`), for who subscribes with `since`.
    ///   - credentials: What the upgrade showed: as good as an `auth` message.
    package init(
        _ service: AgentService,
        claimedAgent: String?,
        claimedSession: String?,
        joinsGlobal: Bool,
        joinsOwn: Bool = true,
        credentials: Authenticator.Credentials? = nil
    ) {
        self.service = service
        self.claimedSession = claimedSession
        self.joinsGlobal = joinsGlobal
        self.joinsOwn = joinsOwn
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
        case .request(let publication, let milliseconds):
            request(publication, milliseconds, message, payload, on: shard)
        case .reply(let id, let data): reply(to: id, data, message, payload, on: shard)
        case .subscribe(let interest): subscribe(interest, message, on: shard)
        case .unsubscribe(let text): unsubscribe(text, message, on: shard)
        case .auth(let token, let agentID, let sessionID, let acknowledges):
            acknowledgesItems = acknowledgesItems || acknowledges
            authenticate(token: token, agentID: agentID, sessionID: sessionID, message, on: shard)
        case .ping: send(ServerMessage.pong(), on: shard)
        case .message(let json): sendMessage(json, message, on: shard)
        case .acknowledge(let id): acknowledge(id, message, on: shard)
        // The natural answer to our ping: a sign of life that needs no answer.
        case .pong: break
        }
    }

    // MARK: - Messages of the client

    private func unsubscribe(_ text: String, _ message: ClientMessage, on shard: isolated Shard) {
        leaveQueues(text, on: shard)
        if let wanted = ChannelPattern(text), let subscriber, let patterns = granted.removeValue(forKey: wanted) {
            let stillWanted = Set(granted.values.joined())
            for pattern in patterns where !stillWanted.contains(pattern) {
                shard.unsubscribe(subscriber, from: pattern)
                inbox?.ignore(pattern)
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
        sendRetained([ChannelPattern(.global)], on: shard)
    }

    /// What an agent gets without asking, once it is known to be that agent.
    private func arrive(on shard: isolated Shard) {
        guard let agentID = rememberedID else { return }
        presence.arrived(agentID, sessionID: identity.sessionID, service.presence)
        if joinsOwn {
            join("agents/\(agentID)", on: shard)
            if let sessionID = identity.sessionID { join("sessions/\(sessionID)", on: shard) }
            for pattern in service.subscriptions.patterns(of: agentID) { join(pattern.text, on: shard) }
        }
        openInbox(of: agentID, on: shard)
        announce("agent.connected", on: shard)
    }

    /// Who becomes another agent has no claim to the first one's channels.
    private func leave(on shard: isolated Shard) {
        announce("agent.disconnected", on: shard)
        inbox?.close(on: shard)
        inbox = nil
        leaveAllQueues(isLost: false, on: shard)
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
        sendRetained(patterns, on: shard)
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

    // MARK: - Answers

    func answerSuccess(_ message: ClientMessage, on shard: isolated Shard) {
        guard let id = message.id else { return }
        send(ServerMessage.acknowledgement(id), on: shard)
    }

    /// A failure is told also to who didn't ask for an answer: a message that silently goes nowhere helps nobody.
    func answer(_ message: ClientMessage, failure: String, on shard: isolated Shard) {
        if let id = message.id {
            send(ServerMessage.failure(id, failure), on: shard)
        } else {
            send(ServerMessage.error(code: "REFUSED", failure), on: shard)
        }
    }

    package var owesAnswers: Bool { owedAnswers > 0 }

    /// An answer will come when a disk has written; then `paidAnswer` is called.
    func owesAnswer() { owedAnswers += 1 }

    /// The answer was sent.
    func paidAnswer(on shard: isolated Shard) {
        owedAnswers -= 1
        connection?.answered(on: shard)
    }

    func send(_ json: [UInt8], on shard: isolated Shard) { connection?.send(json.span, on: shard) }

    package func heard(on shard: isolated Shard) { presence.heard(service.presence, now: shard.loop.nowMilliseconds) }

    package func quiet(on shard: isolated Shard) { send(ServerMessage.ping(), on: shard) }

    package func closed(on shard: isolated Shard) {
        guard connection != nil else { return }
        connection = nil
        inbox?.close(on: shard)
        inbox = nil
        if let subscriber { shard.remove(subscriber) }
        subscriber = nil
        // Nothing that is granted from another loop later may be taken up.
        granted = [:]
        leaveAllQueues(isLost: true, on: shard)
        for id in requests { shard.cancelRequest(id) }
        requests = []
        presence.left(service.presence)
        service.connectionClosed()
        if identity.isAuthenticated { announce("agent.disconnected", on: shard) }
    }
}
