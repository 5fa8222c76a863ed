package import Bus
package import Logging
package import Storage

/// Publishes `metric.update` on `metrics` every five seconds (contract section 2.8), but asks the store only when
/// somebody listens.
package struct MetricsReporter<C: Clock>: Sendable where C.Duration == Duration {
    private let bus: Bus
    private let figures: any FigureStore
    private let clock: C
    private let logger: Logger

    package init(bus: Bus, figures: any FigureStore, clock: C = ContinuousClock(), logger: Logger) {
        self.bus = bus
        self.figures = figures
        self.clock = clock
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    package func run() async {
        while (try? await clock.sleep(until: clock.now.advanced(by: .seconds(5)), tolerance: nil)) != nil {
            guard await bus.hasSubscribers(for: .metrics) else { continue }
            do throws(StorageError) {
                bus.publish(MetricsReporter.message(try await figures.activity(now: .now())))
            } catch {
                logger.warning("no metrics this time", metadata: ["reason": "\(error)"])
            }
        }
    }

    private static func message(_ figures: ActivityFigures) -> Message {
        let now = Timestamp.now()
        var json = JSONWriter()
        json.beginObject()
        json.field("active_sessions", figures.activeSessions)
        json.field("active_agents", figures.activeAgents)
        json.field("pending_tasks", figures.pendingTasks)
        json.field("running_tasks", figures.runningTasks)
        json.field("completed_tasks_last_hour", figures.completedTasksLastHour)
        json.field("messages_last_hour", figures.messagesLastHour)
        json.field("actions_per_minute", figures.actionsPerMinute)
        json.field("avg_task_duration_ms", figures.averageTaskMilliseconds)
        json.field("timestamp", now)
        json.endObject()
        return Message(channel: .metrics, event: "metric.update", data: json.bytes, at: now)
    }
}
