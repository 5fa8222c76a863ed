internal import Bus
internal import HTTPTypes
package import Storage

/// How the server stands: contract section 1.1.
package struct HealthRoutes: Sendable {
    private let store: DurableStore

    package init(store: DurableStore) { self.store = store }

    package var routes: [Route] {
        [
            Route(.get, "/health", HealthRoutes.healthDescription, handle: health),
            Route(.get, "/stats", HealthRoutes.statsDescription, handle: stats),
        ]
    }

    private static let healthSchema = JSONSchema.object([
        "status": .choice(["healthy", "degraded", "unhealthy"]), "timestamp": .time, "version": .text,
        "database": .object([
            "kind": .text, "healthy": .boolean, "latencyMs": .sometimes(.integer), "error": .sometimes(.text),
        ]),
        "journal": .object([
            "backlog": .integer, "oldestAgeMs": .optional(.integer), "sizeBytes": .integer, "recordsPerSecond": .number,
            "reason": .optional(.text),
        ]),
        "features": .map(.text),
    ])

    private static let healthDescription = RouteDescription(
        "How the server stands",
        tag: "server",
        answers: [.ok(healthSchema), RouteAnswer(.serviceUnavailable, "The store can't be read", .json(healthSchema))]
    )

    private static let statsDescription = RouteDescription(
        "Row counts",
        tag: "server",
        query: [CommonFields.stale],
        answers: [
            .ok(
                .object([
                    "projectCount": .integer, "requestCount": .integer, "actionCount": .integer,
                    "messageCount": .integer, "timestamp": .time, "behind": .sometimes(.behind),
                ])
            )
        ]
    )

    /// `healthy`; `degraded` while the journal can't be written (a full disk: records are refused with 503) or the store
    /// takes none (nothing is lost, but reads may fail) or is a database that is away; `unhealthy` with 503 when an
    /// embedded store can't be read.
    @Sendable private func health(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let figures = store.figures
        let probe: Result<Double, StorageError>
        do throws(StorageError) {
            probe = .success(try await store.store.probe())
        } catch {
            probe = .failure(error)
        }
        var json = JSONWriter()
        json.beginObject()
        let status = HealthRoutes.status(probe, figures, mayBeAway: store.mayBeAway)
        json.field("status", status.rawValue)
        json.field("timestamp", Timestamp.now())
        json.field("version", Version.text)
        json.key("database")
        json.beginObject()
        json.field("kind", store.kind)
        switch probe {
        case .success(let milliseconds):
            json.field("healthy", true)
            json.field("latencyMs", Int(milliseconds.rounded(.up)))
        case .failure(let error):
            json.field("healthy", false)
            json.field("error", error.code.rawValue)
        }
        json.endObject()
        HealthRoutes.write(figures, probe, to: &json)
        HealthRoutes.writeFeatures(to: &json)
        json.endObject()
        return RESTResponse(status == .unhealthy ? .serviceUnavailable : .ok, body: json.bytes)
    }

    private enum Status: String {
        case healthy, degraded, unhealthy
    }

    private static func status(
        _ probe: Result<Double, StorageError>,
        _ figures: DurableStore.Figures,
        mayBeAway: Bool
    ) -> Status {
        switch probe {
        case .success: figures.failure == nil ? .healthy : .degraded
        case .failure: mayBeAway ? .degraded : .unhealthy
        }
    }

    private static func write(
        _ figures: DurableStore.Figures,
        _ probe: Result<Double, StorageError>,
        to json: inout JSONWriter
    ) {
        json.key("journal")
        json.beginObject()
        json.field("backlog", figures.writer.backlog)
        let age = figures.writer.oldest.map { Timestamp.now().milliseconds - $0.milliseconds }
        json.field("oldestAgeMs", age)
        json.field("sizeBytes", figures.journal.size)
        json.field("recordsPerSecond", figures.journal.rate)
        // A batch to a database that says nothing is given up late; who asks it knows earlier.
        var reason = figures.failure
        if case .failure(let error) = probe { reason = reason ?? error }
        json.field("reason", reason?.code.rawValue)
        json.endObject()
    }

    /// The names that clients of the original look for; listed is what this server does.
    private static func writeFeatures(to json: inout JSONWriter) {
        json.key("features")
        json.beginObject()
        json.field("phase1", "database")
        json.field("phase2", "routing")
        json.field("phase3", "hierarchy")
        json.field("phase4", "pubsub")
        json.field("phase5", "context")
        json.field("phase6", "sessions")
        json.field("phase7", "tools-summary")
        json.field("phase8", "websocket-auth")
        json.endObject()
    }

    @Sendable private func stats(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        let lag = store.figures.writer.lag
        let counts: StoreCounts
        do throws(StorageError) {
            if !input.allowsStale { try await store.flush() }
            counts = try await store.store.counts()
        } catch {
            throw GatewayError(error)
        }
        var json = JSONWriter()
        json.beginObject()
        json.field("projectCount", counts.projects)
        json.field("requestCount", counts.requests)
        json.field("actionCount", counts.actions)
        json.field("messageCount", counts.messages)
        json.field("timestamp", Timestamp.now())
        if input.allowsStale { json.behind(lag) }
        json.endObject()
        return RESTResponse(body: json.bytes)
    }
}

extension DurableStore.Figures {
    /// Why records are refused or don't reach the store; nil if all is well.
    fileprivate var failure: StorageError? { journal.failure ?? writer.lastError }
}
