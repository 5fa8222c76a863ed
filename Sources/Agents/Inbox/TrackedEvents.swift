package import Bus
package import Storage

/// Events about work, which agents that acknowledge get until they do (contract section 2.9): an item of the inbox of
/// each that listens to the channel. Nobody else gets more than an event.
package final class TrackedEvents: Sendable {
    /// An event that has to be acknowledged.
    package struct Tracking: Sendable {
        /// The same on the wire and as an item.
        package let id: UUIDv7
        let recipients: [String]
    }

    private let journal: any RecordJournal
    private let publisher: any MessagePublisher
    private let inboxes: Inboxes
    private let ids: UUIDGenerator
    private let now: @Sendable () -> Timestamp

    init(
        journal: any RecordJournal,
        publisher: any MessagePublisher,
        inboxes: Inboxes,
        ids: UUIDGenerator = UUIDGenerator(),
        now: @escaping @Sendable () -> Timestamp = Timestamp.now
    ) {
        self.journal = journal
        self.publisher = publisher
        self.inboxes = inboxes
        self.ids = ids
        self.now = now
    }

    /// True for the events that are tracked, wherever they are published.
    package static func isTracked(_ event: String) -> Bool {
        let name = event.utf8
        return name.starts(with: "task.".utf8) || name.starts(with: "subtask.".utf8)
            || name.starts(with: "message.".utf8)
    }

    // MARK: - The server's events

    /// Publishes an event once it is durable for those who have to acknowledge it. What can't be made durable is
    /// published all the same.
    func publish(_ message: Message) async {
        let id = ids.next(at: message.timestamp)
        let named = Message(message, id: id.description)
        let recipients = inboxes.recipients(of: id, on: message.channel)
        guard !recipients.isEmpty, inboxes.tasks.begin() else { return publisher.publish(named) }
        defer { inboxes.tasks.end() }
        let tracking = Tracking(id: id, recipients: recipients)
        let record = record(named, tracking)
        do throws(StorageError) {
            _ = try await journal.append(.message(record))
            inboxes.published(record)
        } catch {
            inboxes.failed(record)
        }
        publisher.publish(named)
    }

    // MARK: - Events of agents

    /// Who has to acknowledge an event that an agent is about to publish; nil if nobody has.
    package func tracking(of event: String, on channel: ChannelName) -> Tracking? {
        guard TrackedEvents.isTracked(event), inboxes.hasListeners else { return nil }
        let id = ids.next(at: now())
        let recipients = inboxes.recipients(of: id, on: channel)
        return recipients.isEmpty ? nil : Tracking(id: id, recipients: recipients)
    }

    /// What is to be done while an event goes out; `keep` has to follow.
    package func published(_ message: Message, _ tracking: Tracking) -> MessageRecord {
        let record = record(message, tracking)
        inboxes.published(record)
        return record
    }

    /// Makes an event durable. Until then it is offered again only while the server lives.
    package func keep(_ record: MessageRecord) async throws(AgentsError) {
        guard inboxes.tasks.begin() else { throw AgentsError.shuttingDown }
        defer { inboxes.tasks.end() }
        do throws(StorageError) {
            _ = try await journal.append(.message(record))
        } catch {
            inboxes.failed(record)
            throw AgentsError(error)
        }
    }

    private func record(_ message: Message, _ tracking: Tracking) -> MessageRecord {
        MessageRecord(
            event: message.event,
            id: tracking.id,
            channel: message.channel.text,
            data: String(decoding: message.data, as: UTF8.self),
            sender: message.sender?.agentID,
            isVerified: message.sender?.isVerified ?? false,
            recipients: tracking.recipients,
            createdAt: message.timestamp,
            expiresAt: Timestamp(milliseconds: message.timestamp.milliseconds + EventListeners.memory)
        )
    }
}
