internal import Bus

/// The inboxes of a database that several servers share.
struct PostgresInboxes: SharedInboxStore {
    private let options: PostgresOptions
    private let pool: PostgresPool
    private let loop: EventLoop

    /// Three renewals fit into it.
    static let leaseMilliseconds: Int64 = 15_000
    private static let waitMilliseconds: UInt64 = 2000

    init(_ options: PostgresOptions, on loop: EventLoop) {
        self.options = options
        self.loop = loop
        pool = PostgresPool(
            options,
            name: "inboxes",
            limits: .inboxes,
            size: 2,
            waitMilliseconds: PostgresInboxes.waitMilliseconds,
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

    func listen(
        as server: String,
        heard: @escaping @Sendable (_ agentID: String?) -> Void
    ) async throws(StorageError) -> any InboxListener {
        let connection = PostgresConnection(options, limits: .inboxes, on: loop) { notification in
            guard let word = InboxWord(notification.payload) else { return }
            // Whoever sent a broadcast here has offered it already.
            if word.agentID != nil || word.server != server { heard(word.agentID) }
        }
        do throws(StorageError) {
            try await open(connection)
            _ = try await connection.run(PostgresCommand(PostgresInboxStatements.listen, isPrepared: false))
        } catch {
            await connection.close()
            throw error
        }
        return PostgresInboxListener(connection: connection)
    }

    /// A server that goes down doesn't wait for a database that says nothing.
    private func open(_ connection: PostgresConnection) async throws(StorageError) {
        let result: Result<Void, StorageError> = await withTaskCancellationHandler {
            do throws(StorageError) {
                return .success(try await connection.open())
            } catch {
                return .failure(error)
            }
        } onCancel: {
            Task { await connection.close() }
        }
        try result.get()
    }

    func close() async { await pool.close() }
}

/// What servers tell each other: who speaks, and whose inbox may have something.
struct InboxWord: Equatable {
    let server: String
    /// Nil for everybody's.
    let agentID: String?

    /// No id has the separator.
    private static let separator: Character = "\n"

    init(server: String, agentID: String?) {
        self.server = server
        self.agentID = agentID
    }

    /// Nil for what isn't the word of a server.
    init?(_ payload: String) {
        let parts = payload.split(separator: InboxWord.separator, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(server: String(parts[0]), agentID: parts[1].isEmpty ? nil : String(parts[1]))
    }

    var payload: String { "\(server)\(InboxWord.separator)\(agentID ?? "")" }
}

private struct PostgresInboxListener: InboxListener {
    let connection: PostgresConnection

    func check() async throws(StorageError) {
        _ = try await connection.run(PostgresCommand(FigureStatements.probe))
    }

    func close() async { await connection.close() }
}
