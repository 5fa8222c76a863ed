internal import Agents
internal import Storage

extension PrometheusText {
    /// Counters and gauges of blocking, subscriptions, callbacks and clean-up.
    mutating func write(_ rooms: ExchangeRooms) {
        gauge("blockings", "Blocked pairs that are known", rooms.blocking.count)
        gauge("topic_subscriptions", "Subscriptions to topics that are known", rooms.subscriptions.count)
        let callbacks = rooms.callbacks.figures
        counter("callbacks_delivered_total", "Callbacks answered with 2xx", callbacks.delivered)
        counter("callback_retries_total", "Attempts of callbacks that are repeated", callbacks.retries)
        counter("callbacks_failed_total", "Callbacks given up", callbacks.failed)
        counter("callbacks_dropped_total", "Callbacks dropped: too many wait", callbacks.dropped)
        gauge("callbacks_waiting", "Callbacks that wait or are under way", callbacks.waiting)
        let cleanup = rooms.cleaner.figures
        counter("cleanup_rounds_total", "Rounds of the clean-up", cleanup.rounds)
        counter("cleanup_left_total", "Rounds left to another server", cleanup.leftToOthers)
        counter("cleanup_failures_total", "Rounds that failed", cleanup.failures)
        counter("cleanup_closed_sessions_total", "Sessions closed: nothing was heard of them", cleanup.closedSessions)
        let deleted = CleanableTable.allCases.map { (label: $0.rawValue, value: cleanup.deleted[$0] ?? 0) }
        counters("cleanup_deleted_total", "Rows deleted by the clean-up", label: "table", deleted)
    }
}
