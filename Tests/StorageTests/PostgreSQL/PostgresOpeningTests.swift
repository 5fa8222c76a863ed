import Bus
import TestSupport
import Testing

@testable import Storage

struct PostgresOpeningTests {
    @Test func aNameIsLookedUpAndAPasswordIsProved() async throws {
        let url = try await PostgresServer.shared().url()
        let named = url.split(separator: "127.0.0.1").joined(separator: "localhost")
        try await withPostgres(try PostgresOptions(url: named)) { (connection: PostgresConnection) async throws in
            let row = try await connection.execute("SELECT current_user, host(inet_server_addr())")
            #expect(row.text(0, 0) == "postgres")
            #expect(row.text(0, 1) == "127.0.0.1")
        }
    }

    @Test func aWrongPasswordHasItsState() async throws {
        let url = try await PostgresServer.shared().url(password: "wrong")
        let error = await #expect(throws: StorageError.self) {
            try await withPostgres(try PostgresOptions(url: url)) { _ in }
        }
        #expect(error?.sqlState == "28P01")
        #expect(error?.code == .unreadable)
    }

    @Test func anAbsentDatabaseHasItsState() async throws {
        let options = try await PostgresServer.shared().options(database: "no \"such\"")
        let error = await #expect(throws: StorageError.self) { try await withPostgres(options) { _ in } }
        #expect(error?.sqlState == "3D000")
    }

    @Test(arguments: ["postgres://127.0.0.1:1/x", "postgres://no-such-host.invalid/x", "host=/nowhere dbname=x"])
    func whatDoesNotAnswerIsUnavailable(url: String) async throws {
        let error = await #expect(throws: StorageError.self) {
            try await withPostgres(try PostgresOptions(url: url)) { _ in }
        }
        #expect(error?.code == .unavailable)
        #expect(error?.sqlState == nil)
    }

    @Test(arguments: [
        "sslmode=sure", "sslmode=require", "sslmode=verify-ca&sslrootcert=/nowhere", "passfile=/nowhere",
    ])
    func whatOnlyAPersonCanMendIsUnreadable(option: String) async throws {
        let url = try await PostgresServer.shared().url(password: option.hasPrefix("passfile") ? nil : "any")
        let error = await #expect(throws: StorageError.self) {
            try await withPostgres(try PostgresOptions(url: "\(url)?\(option)")) { _ in }
        }
        #expect(error?.code == .unreadable)
        #expect(error?.sqlState == nil)
    }

    @Test func hostsAreTriedInTheirOrder() async throws {
        let url = try await PostgresServer.shared().url()
        let both = url.split(separator: "@").joined(separator: "@127.0.0.1:1,no-such-host.invalid:2,")
        try await withPostgres(try PostgresOptions(url: both)) { (connection: PostgresConnection) async throws in
            #expect(try await connection.execute("SELECT 1").integer(0, 0) == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func aHostThatSaysNothingIsLeftForTheNext() async throws {
        let url = try await PostgresServer.shared().url()
        try await withLoop { (loop: EventLoop) async throws in
            let silent = try await SilentServer.start(on: loop)
            let both = url.split(separator: "@").joined(separator: "@\(silent.address),") + "?connect_timeout=1"
            // On a busy machine the other one may take longer than that, but not always.
            while (try? await withPostgres(try PostgresOptions(url: both)) { _ in }) == nil {}
            let alone = "postgres://\(silent.address)/x?connect_timeout=1"
            let error = await #expect(throws: StorageError.self) {
                try await withPostgres(try PostgresOptions(url: alone)) { _ in }
            }
            #expect(error?.code == .unavailable)
            await silent.close()
        }
    }

    @Test func anEncryptedConnectionProvesWhoTheServerIs() async throws {
        let server = try await onOwnThread { try PostgresServer(isEncrypted: true) }
        let options = "?sslmode=verify-full&sslrootcert=\(server.certificate)"
        let named = server.url().split(separator: "127.0.0.1").joined(separator: "localhost") + options
        try await withPostgres(try PostgresOptions(url: named)) { (connection: PostgresConnection) async throws in
            let isEncrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            #expect(try await connection.execute(isEncrypted).bool(0, 0))
            // More than one record of TLS in both directions.
            let text = String(repeating: "é", count: 500_000)
            #expect(try await connection.run(PostgresCommand("SELECT $1").with(text)).text(0, 0) == text)
        }
        let error = await #expect(throws: StorageError.self) {
            try await withPostgres(try PostgresOptions(url: server.url() + options)) { _ in }
        }
        #expect(error?.code == .unreadable, "no other attempt mends it")
        #expect(error?.message.contains("localhost") == true, "the certificate is for another name")
    }

    @Test func closingEndsAnAttempt() async throws {
        try await withLoop { (loop: EventLoop) async throws in
            let silent = try await SilentServer.start(on: loop)
            let options = try PostgresOptions(url: "postgres://\(silent.address)/x")
            let connection = PostgresConnection(options, limits: .requests, on: loop)
            let opening = Task { try await connection.open() }
            await silent.hasClient()
            await connection.close()
            await #expect(throws: StorageError.self) { try await opening.value }
            await silent.close()
        }
    }
}

/// Takes connections and never says anything.
private actor SilentServer {
    private let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
    nonisolated let address: SocketAddress
    private var listener: TCPListener?
    private let clients = Watched<[Int32]>([])

    static func start(on loop: EventLoop) async throws -> SilentServer {
        let address = try SocketAddress(host: "127.0.0.1", port: UInt16.random(in: 33_000..<60_000))
        let server = SilentServer(address, loop)
        try await server.listen()
        return server
    }

    private init(_ address: SocketAddress, _ loop: EventLoop) {
        self.address = address
        self.loop = loop
    }

    private func listen() throws {
        listener = try TCPListener(
            address,
            on: loop,
            accepted: { [clients] client in clients.update { $0.append(client) } },
            failed: { _ in }
        )
    }

    func hasClient() async { await clients.wait { !$0.isEmpty } }

    func close() {
        listener?.close()
        for client in clients.value { Descriptor.close(client) }
    }
}
