package import Agents
internal import Bus
internal import HTTPTypes
package import Storage

/// What the clean-up did, and what is there for it: contract section 1.1.
package struct CleanupRoutes: Sendable {
    private let cleaner: Cleaner<ContinuousClock>
    private let store: any CleanupStore

    package init(cleaner: Cleaner<ContinuousClock>, store: any CleanupStore) {
        self.cleaner = cleaner
        self.store = store
    }

    package var routes: [Route] { [Route(.get, "/api/cleanup/stats", CleanupRoutes.description, handle: stats)] }

    private static let description = RouteDescription(
        "What the last clean-up deleted, and how many messages there are",
        tag: "health",
        answers: [
            .ok(
                .object([
                    "last_cleanup": .optional(
                        .object(["deletedMessages": .integer, "deletedAt": .time, "durationMs": .integer])
                    ),
                    "messages": .object([
                        "total": .integer, "expired": .integer, "unread": .integer, "byTopic": .map(.integer),
                    ]),
                    "timestamp": .time,
                ])
            )
        ]
    )

    @Sendable private func stats(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let now = Timestamp.now()
        let messages: MessageFigures
        do throws(StorageError) {
            messages = try await store.messageFigures(now: now)
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("last_cleanup")
        if let last = cleaner.figures.last {
            json.beginObject()
            json.field("deletedMessages", last.deletedMessages)
            json.field("deletedAt", last.endedAt)
            json.field("durationMs", last.milliseconds)
            json.endObject()
        } else {
            json.null()
        }
        json.key("messages")
        json.beginObject()
        json.field("total", messages.total)
        json.field("expired", messages.expired)
        json.field("unread", messages.unread)
        json.key("byTopic")
        json.beginObject()
        for (topic, count) in messages.topics.sorted(by: { $0.key < $1.key }) { json.field(topic, count) }
        json.endObject()
        json.endObject()
        json.field("timestamp", now)
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}
