internal import Bus

/// The inboxes of a database that several servers share.
struct PostgresInboxes: SharedInboxStore {
    private let pool: PostgresPool
    private let listener: PostgresListener

    /// Three renewals fit into it.
    static let leaseMilliseconds: Int64 = 15_000
    private static let waitMilliseconds: UInt64 = 2000

    /// - Parameters:
    ///   - patience: How many times the usual a request waits for a connection.
    ///   - listener: Hears the other servers.
    init(_ options: PostgresOptions, patience: UInt64, listener: PostgresListener, on loop: EventLoop) {
        self.listener = listener
        pool = PostgresPool(
            options,
            name: "inboxes",
            limits: .inboxes.times(patience),
            size: 2,
            waitMilliseconds: PostgresInboxes.waitMilliseconds * patience,
            refusesWhenAway: true,
            on: loop
        )
    }

    var figures: PoolFigures { pool.figures }

    func run(_ commands: [PostgresCommand]) async throws(StorageError) -> [PostgresResult] {
        try await pool.withConnection { connection throws(StorageError) in try await connection.run(commands) }
    }

    func run(_ command: PostgresCommand) async throws(StorageError) -> PostgresResult {
        try await pool.withConnection { connection throws(StorageError) in try await connection.run(command) }
    }

    // MARK: - Servers

    static func leaseCommand(_ server: String) -> PostgresCommand {
        PostgresCommand(PostgresInboxStatements.renewLease).with(server).with(leaseMilliseconds)
    }

    func renewLease(of server: String) async throws(StorageError) {
        _ = try await run([
            PostgresInboxes.leaseCommand(server), PostgresCommand(PostgresInboxStatements.forgetServers),
        ])
    }

    func releaseItems(heldBy server: String, keeping agents: [String]) async throws(StorageError) {
        _ = try await run(PostgresCommand(PostgresInboxStatements.release).with(server).with(array: agents))
    }

    func claimableAgents(among agents: [String], by server: String) async throws(StorageError) -> [String] {
        let found = try await run(PostgresCommand(PostgresInboxStatements.claimable).with(array: agents).with(server))
        return (0..<found.count).map { found.text($0, 0) }
    }

    func announce(_ receipts: [InboxReceipt], from server: String) async throws(StorageError) {
        let words = receipts.map { InboxWord(server: server, news: .receipt($0)).payload }
        _ = try await run(PostgresCommand(PostgresInboxStatements.notify).with(array: words))
    }

    func watchInboxes(as server: String, _ heard: @escaping @Sendable (InboxNews) -> Void) async {
        await listener.listen(to: PostgresInboxStatements.channel) { call in
            switch call {
            // Nobody heard what was said before.
            case .lookAgain: heard(.items(agentID: nil))
            case .notified(let payload):
                guard let word = InboxWord(payload), word.concerns(server) else { return }
                heard(word.news)
            }
        }
    }

    func close() async { await pool.close() }
}
