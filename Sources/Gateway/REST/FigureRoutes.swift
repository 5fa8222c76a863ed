package import Agents
package import Bus
internal import HTTPTypes
package import Storage

/// `GET /metrics`: every counter and bound of the server, for Prometheus.
package struct FigureRoutes: Sendable {
    private let bus: Bus
    private let store: DurableStore
    private let recorder: ActionRecorder
    private let memory: RoutingMemory
    private let exchange: ExchangeRooms
    private let jobs: JobFigures
    private let agents: AgentService
    private let answers: AnswerCounter

    package init(
        bus: Bus,
        store: DurableStore,
        recorder: ActionRecorder,
        memory: RoutingMemory,
        exchange: ExchangeRooms,
        jobs: JobFigures,
        agents: AgentService,
        answers: AnswerCounter
    ) {
        self.bus = bus
        self.store = store
        self.recorder = recorder
        self.memory = memory
        self.exchange = exchange
        self.jobs = jobs
        self.agents = agents
        self.answers = answers
    }

    package var routes: [Route] {
        let description = RouteDescription(
            "Every counter and bound of the server, for Prometheus",
            tag: "server",
            answers: [RouteAnswer(.ok, "Figures", .other("text/plain"))]
        )
        return [Route(.get, "/metrics", description, handle: metrics)]
    }

    @Sendable private func metrics(_ input: RouteInput) async throws(GatewayError) -> RESTResponse {
        var text = PrometheusText()
        let (counters, gauges) = await bus.figures()
        FigureRoutes.write(counters, gauges, to: &text)
        FigureRoutes.writeChannels(counters, gauges, to: &text)
        text.gauge("retained_values", "Retained values", bus.retained.figures.count)
        text.gauge("retained_bytes", "Bytes of retained values", bus.retained.figures.bytes)
        text.gauge("agent_connections", "WebSocket connections of agents", agents.connectedClients)
        text.gauge("agents_connected", "Agents with a connection", agents.presence.figures.connected)
        text.counter("agents_forgotten_total", "Agents of the past forgotten", agents.presence.figures.forgotten)
        let answered = answers.byClass.enumerated().dropFirst().map { (label: "\($0.offset)xx", value: $0.element) }
        text.counters("http_answers_total", "HTTP answers by class of status", label: "class", answered)
        let forgotten = agents.subscriptions.counters
        text.counter(
            "forgotten_agents_total",
            "Agents whose subscriptions were forgotten at the limit",
            forgotten.agents
        )
        text.counter("forgotten_patterns_total", "Remembered patterns forgotten at the limit", forgotten.patterns)
        text.counter("routing_refused_total", "Keyword and tool pairs not learnt: table full", memory.refusedCount)
        text.counter(
            "routing_forgotten_total",
            "Records forgotten before the store held them; other servers' scores come later",
            memory.forgottenCount
        )
        FigureRoutes.write(store.figures, to: &text)
        FigureRoutes.write(store.figures.pools, to: &text)
        FigureRoutes.write(recorder.counters, to: &text)
        FigureRoutes.write(agents.inboxes.counters, to: &text)
        text.write(agents.inboxes.eventCounters, agents: agents.inboxes.listeningAgents)
        text.write(exchange)
        text.write(jobs)
        return RESTResponse(fields: [.contentType: "text/plain; version=0.0.4"], body: Array(text.text.utf8))
    }

    private static func write(_ counters: ShardCounters, _ gauges: ShardGauges, to text: inout PrometheusText) {
        text.counter("messages_published_total", "Messages published", counters.published)
        text.counter("messages_delivered_total", "Messages put into subscribers' outputs", counters.delivered)
        text.counter("messages_crossed_total", "Messages that went to another loop", counters.crossed)
        text.counter("messages_dropped_total", "Messages dropped by bounded subscribers", counters.droppedMessages)
        text.counter("connections_total", "Connections taken over", counters.connections)
        text.counter("connections_refused_total", "Connections over the limit", counters.refusedConnections)
        text.counter("slow_consumers_total", "Subscribers closed because they did not read", counters.slowConsumers)
        text.counter("dropped_bytes_total", "Bytes dropped with slow consumers", counters.droppedBytes)
        text.counter("refused_inputs_total", "Closed: half-received messages took too much", counters.refusedInputs)
        text.gauge("connections", "Open connections", gauges.connections)
        text.gauge("subscriptions", "Pairs of subscriber and pattern", gauges.subscriptions)
        text.gauge("output_buffered_bytes", "Bytes that wait for peers", gauges.bufferedBytes)
    }

    private static func writeChannels(
        _ counters: ShardCounters,
        _ gauges: ShardGauges,
        to text: inout PrometheusText
    ) {
        text.gauge("histories", "Channels with a history", gauges.histories)
        text.gauge("history_bytes", "Bytes of the events in histories", gauges.historyBytes)
        text.counter("history_forgotten_total", "Histories that gave way to others", gauges.forgottenHistories)
        text.counter("history_emptied_total", "Histories emptied for want of room", gauges.emptiedHistories)
        text.counter("history_failures_total", "Times that histories were not written", counters.failedHistoryWrites)
        text.counter("retained_refused_total", "Retained values without room", counters.refusedRetained)
        text.gauge("queue_groups", "Queue groups", gauges.queueGroups)
        text.gauge("queue_waiting", "Messages that wait for a member", gauges.queueWaiting)
        text.gauge("queue_unacknowledged", "Messages that members have not acknowledged", gauges.queueUnacknowledged)
        text.counter("queue_dropped_total", "Messages dropped by full or abandoned queues", gauges.queueDropped)
        text.gauge("open_requests", "Requests that wait for a reply", gauges.openRequests)
    }

    private static func write(_ figures: DurableStore.Figures, to text: inout PrometheusText) {
        let journal = figures.journal
        let writer = figures.writer
        text.counter("journal_records_total", "Records committed to the journal", Int(clamping: journal.records))
        text.counter("journal_commits_total", "Transactions of the journal", Int(clamping: journal.commits))
        text.counter("journal_bytes_total", "Bytes of committed records", Int(clamping: journal.bytes))
        text.counter("journal_refused_total", "Records refused: full, or the disk is", Int(clamping: journal.refused))
        text.gauge("journal_waiting", "Records that wait for a commit", journal.waiting)
        text.gauge("journal_size_bytes", "Bytes in use in the journal's file", Int(clamping: journal.size))
        text.gauge("journal_file_bytes", "Bytes of the journal's file", Int(clamping: journal.fileSize))
        text.counter("journal_compactions_total", "Times the file was made smaller", Int(clamping: journal.compactions))
        let age = writer.oldest.map { max(0, Timestamp.now().milliseconds - $0.milliseconds) } ?? 0
        text.gauge("journal_oldest_age_ms", "Age of the oldest record that waits for the store", Int(age))
        text.counter("store_records_total", "Records written to the store", Int(clamping: writer.records))
        text.counter("store_batches_total", "Transactions of the store", Int(clamping: writer.batches))
        text.counter("store_rejected_total", "Records in rejected_records", Int(clamping: writer.rejected))
        text.counter("store_unkept_total", "Records read back: too many waited", Int(clamping: writer.unkept))
        let refusedReaders = Int(clamping: writer.refusedReaders)
        text.counter("store_refused_reads_total", "Reads refused: too many wait for the store", refusedReaders)
        text.counter("store_failures_total", "Attempts to write that failed", Int(clamping: writer.failures))
        text.gauge("store_backlog", "Records that the store does not hold yet", writer.backlog)
    }

    /// Only a store with connections has them.
    private static func write(_ pools: [PoolFigures], to text: inout PrometheusText) {
        guard !pools.isEmpty else { return }
        func values(_ value: KeyPath<PoolFigures, Int>) -> [(label: String, value: Int)] {
            pools.map { ($0.name, $0[keyPath: value]) }
        }
        let label = "pool"
        text.gauges("database_connections", "Connections, open or opening", label: label, values(\.connections))
        text.gauges("database_connections_used", "Connections in use", label: label, values(\.used))
        text.gauges("database_waiting", "Requests that wait for a connection", label: label, values(\.waiting))
        text.counters("database_refused_total", "Requests refused: too many wait", label: label, values(\.refused))
        text.counters("database_expired_total", "Requests that waited too long", label: label, values(\.expired))
        text.counters(
            "database_failed_connects_total",
            "Connections that could not be opened",
            label: label,
            values(\.failedConnects)
        )
        text.counters("database_broken_total", "Connections that broke", label: label, values(\.broken))
        text.counters(
            "database_statement_timeouts_total",
            "Statements that the database ended at their time limit",
            label: label,
            values(\.statementTimeOuts)
        )
    }

    private static func write(_ counters: Inboxes.Counters, to text: inout PrometheusText) {
        text.gauge("inbox_connections", "Connections that are offered items of inboxes", counters.connections)
        text.gauge("inbox_in_hand", "Items offered and neither acknowledged nor given up", counters.inHand)
        text.counter("inbox_offered_total", "Items sent to connections", counters.offered)
        text.counter("inbox_redelivered_total", "Items sent once more", counters.redelivered)
        text.counter("inbox_acknowledged_total", "Items acknowledged", counters.acknowledged)
        text.counter("inbox_dead_total", "Items that became dead letters", counters.dead)
        text.counter("inbox_expired_total", "Items that expired", counters.expired)
        text.counter(
            "inbox_forgotten_agents_total",
            "Agents forgotten as seen, the store has them",
            counters.forgottenAgents
        )
        text.gauge("inbox_forgetful", "Connections whose list of sent items was full", counters.forgotten)
        text.counter(
            "inbox_dropped_receipts_total",
            "Receipts that other servers weren't told",
            counters.droppedReceipts
        )
    }

    private static func write(_ counters: IdempotencyWindow.Counters, to text: inout PrometheusText) {
        text.counter("repeated_requests_total", "Requests answered from an earlier one", counters.replayed)
        text.counter("repeated_refused_total", "Repeatable requests refused: too many at once", counters.refused)
        text.counter("forgotten_answers_total", "Remembered answers forgotten, the store has them", counters.forgotten)
        text.counter("lost_answers_total", "Remembered answers forgotten before storing", counters.forgottenUnstored)
    }
}
