internal import Bus

/// `InboxEffects` as statements, each of which takes all rows of its kind.
enum PostgresInboxEffects {
    /// - Parameters:
    ///   - server: Who holds the items of agents that are connected here.
    ///   - presence: Asked once for each message.
    static func commands(_ effects: InboxEffects, server: String, presence: InboxPresence) -> [PostgresCommand] {
        var commands: [PostgresCommand] = []
        if !effects.messages.isEmpty { commands += insert(effects.messages, server, presence) }
        if !effects.changes.isEmpty { commands.append(change(effects.changes)) }
        commands += effects.readings.map {
            PostgresCommand(PostgresInboxStatements.markRead).with($0.agentID).with(array: $0.messageIDs)
        }
        if !effects.sightings.isEmpty {
            commands.append(
                PostgresCommand(PostgresInboxStatements.sight)
                    .with(array: effects.sightings.map(\.agentID))
                    .with(array: effects.sightings.map(\.createdAt))
            )
        }
        return commands
    }

    private struct Item {
        var messageID: UUIDv7
        var agentID: String
        var isHeld: Bool
    }

    private static func insert(
        _ messages: [MessageRecord],
        _ server: String,
        _ presence: InboxPresence
    ) -> [PostgresCommand] {
        var commands = [insert(messages)]
        let connected = messages.contains { $0.toAgent == nil } ? presence.connected() : []
        let items = messages.flatMap { message -> [Item] in
            guard message.toAgent == nil else {
                return message.holders.map { agent in
                    Item(messageID: message.id, agentID: agent, isHeld: presence.isConnected(agent))
                }
            }
            return connected.filter { message.concerns($0) }
                .map { Item(messageID: message.id, agentID: $0, isHeld: true) }
        }
        if !items.isEmpty {
            commands.append(
                PostgresCommand(PostgresInboxStatements.insertItems)
                    .with(array: items.map(\.messageID))
                    .with(array: items.map(\.agentID))
                    .with(array: items.map { $0.isHeld ? server : nil })
            )
        }
        // What is held is nobody else's only while this server is taken to be alive.
        if items.contains(where: \.isHeld) { commands.append(PostgresInboxes.leaseCommand(server)) }
        var words = Set(
            items.filter { !$0.isHeld }.map { InboxWord(server: server, news: .items(agentID: $0.agentID)).payload }
        )
        if messages.contains(where: { $0.toAgent == nil }) {
            words.insert(InboxWord(server: server, news: .items(agentID: nil)).payload)
        }
        if !words.isEmpty {
            commands.append(PostgresCommand(PostgresInboxStatements.notify).with(array: words.sorted()))
        }
        return commands
    }

    private static func insert(_ messages: [MessageRecord]) -> PostgresCommand {
        PostgresCommand(PostgresInboxStatements.insertMessages)
            .with(array: messages.map(\.id))
            .with(array: messages.map { $0.projectID.flatMap { UUIDv7($0) } })
            .with(array: messages.map(\.fromAgent))
            .with(array: messages.map(\.toAgent))
            .with(array: messages.map(\.topic))
            .with(array: messages.map(\.content))
            .with(array: messages.map(\.priority))
            .with(array: messages.map(\.threadID))
            .with(array: messages.map(\.replyTo))
            .with(array: messages.map(\.clientMessageID))
            .with(array: messages.map { $0.isVerified ? 1 : 0 })
            .with(array: messages.map(\.createdAt))
            .with(array: messages.map(\.expiresAt))
            .with(array: messages.map(\.channel))
    }

    private static func change(
        _ changes: [(key: InboxEffects.Key, change: InboxEffects.ItemChange)]
    ) -> PostgresCommand {
        PostgresCommand(PostgresInboxStatements.changeItems)
            .with(array: changes.map(\.key.agentID.string))
            .with(array: changes.map(\.change.state.rawValue))
            .with(array: changes.map(\.change.attempts))
            .with(array: changes.map(\.change.offeredAt))
            .with(array: changes.map(\.change.nextOfferAt))
            .with(array: changes.map(\.change.acknowledgedAt))
            .with(array: changes.map(\.change.deadAt))
            .with(array: changes.map(\.key.messageID))
    }
}
