internal import Agents
internal import Bus

/// Which loop has a connection, and its number there.
struct ConnectionName: Equatable, Sendable {
    let loop: Int
    let number: Int

    init(loop: Int, number: Int) {
        self.loop = loop
        self.number = number
    }

    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let loop = parts[0], let number = parts[1] else { return nil }
        self.init(loop: loop, number: number)
    }

    var text: String { "\(loop)-\(number)" }
}

/// One connection as operators see it.
struct ConnectionView: Sendable {
    let name: ConnectionName
    let address: String?
    let bufferedBytes: Int
    let isCongested: Bool
    let receivedBytes: Int
    let sentBytes: Int
    /// What is known of an agent's connection; nil for HTTP.
    var agent: Agent?

    struct Agent: Sendable {
        let clientID: String
        let agentID: String?
        let sessionID: String?
        let isVerified: Bool
        let since: Timestamp
        let compresses: Bool
        /// What it listens to, some of it.
        let subscriptions: [String]
        let subscriptionCount: Int
        let queueCount: Int
        let openRequests: Int
    }

    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("id", name.text)
        json.field("kind", agent == nil ? "http" : "websocket")
        json.field("address", address)
        json.field("buffered_bytes", bufferedBytes)
        json.field("slow", isCongested)
        json.field("received_bytes", receivedBytes)
        json.field("sent_bytes", sentBytes)
        if let agent {
            json.field("client_id", agent.clientID)
            json.field("agent_id", agent.agentID)
            json.field("verified", agent.isVerified)
            json.field("session_id", agent.sessionID)
            json.field("since", agent.since)
            json.field("compressed", agent.compresses)
            json.field("subscription_count", agent.subscriptionCount)
            json.field("subscriptions", agent.subscriptions)
            json.field("queues", agent.queueCount)
            json.field("open_requests", agent.openRequests)
        }
        json.endObject()
    }
}

extension Shard {
    /// This loop's connections in the order of their numbers, behind one of them. Only those of the page are looked at
    /// closely: ten thousand take no longer than a turn may.
    func connectionViews(after: ConnectionName?, limit: Int) -> [ConnectionView] {
        if let after, after.loop > index { return [] }
        let least = after.map { $0.loop == index ? $0.number : 0 } ?? 0
        return connections.filter { $0.stream.number > least }
            .sorted { $0.stream.number < $1.stream.number }
            .prefix(limit)
            .map { view($0.stream, $0.handler) }
    }

    private func view(_ stream: TCPStream, _ handler: any StreamHandler) -> ConnectionView {
        var view = ConnectionView(
            name: ConnectionName(loop: index, number: stream.number),
            address: stream.peer,
            bufferedBytes: stream.buffered,
            isCongested: stream.isCongested,
            receivedBytes: stream.receivedBytes,
            sentBytes: stream.sentBytes
        )
        if let connection = handler as? WebSocketConnection {
            view.agent = (connection.endpoint as? AgentEndpoint)?.view
        }
        return view
    }
}

extension AgentEndpoint {
    /// Subscriptions that are listed; more are only counted.
    private static let shownSubscriptions = 100

    fileprivate var view: ConnectionView.Agent {
        ConnectionView.Agent(
            clientID: clientID,
            agentID: identity.agentID,
            sessionID: identity.sessionID,
            isVerified: identity.sender?.isVerified ?? false,
            since: since,
            compresses: connection?.compresses ?? false,
            subscriptions: granted.keys.map(\.text).sorted().prefix(AgentEndpoint.shownSubscriptions).map(\.self),
            subscriptionCount: granted.count,
            queueCount: queues.count,
            openRequests: requests.count
        )
    }
}
