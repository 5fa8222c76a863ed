import Bus
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(2))) struct PostgresListenerTests {
    private let calls = Watched<[PostgresListener.Call]>([])

    private func hear(_ calls: Watched<[PostgresListener.Call]>) -> @Sendable (PostgresListener.Call) -> Void {
        { call in calls.update { $0.append(call) } }
    }

    private func notify(_ channel: String, _ payload: String, on connection: PostgresConnection) async throws {
        _ = try await connection.run(PostgresCommand("SELECT pg_notify($1, $2)").with(channel).with(payload))
    }

    @Test func eachChannelHearsItsOwn() async throws {
        let others = Watched<[PostgresListener.Call]>([])
        let options = try await PostgresServer.shared().options()
        try await withLoop { (loop: EventLoop) async throws in
            let listener = PostgresListener(options, on: loop)
            await listener.listen(to: "listener \"one\"", hear(calls))
            await calls.wait { $0 == [.lookAgain] }
            // Also one that is named when the connection is there already.
            await listener.listen(to: "listener_two", hear(others))
            await others.wait { $0 == [.lookAgain] }
            try await withPostgres { (connection: PostgresConnection) async throws in
                try await notify("listener \"one\"", "a", on: connection)
                try await notify("listener_two", "b", on: connection)
                try await notify("listener \"one\"", "c", on: connection)
            }
            await calls.wait { $0.count == 3 }
            #expect(calls.value == [.lookAgain, .notified(payload: "a"), .notified(payload: "c")])
            #expect(await others.wait { $0.count == 2 } == [.lookAgain, .notified(payload: "b")])
            #expect(listener.figures.connections == 1)
            await listener.close()
            #expect(listener.figures.connections == 0)
        }
    }

    @Test func whatBreaksComesBackAndSaysLookAgain() async throws {
        let options = try await PostgresServer.shared().options(database: PostgresServer.newDatabase())
        try await withLoop { (loop: EventLoop) async throws in
            let listener = PostgresListener(options, on: loop)
            await listener.listen(to: "back", hear(calls))
            while listener.figures.failedConnects == 0 { await Task.yield() }
            try await PostgresDatabase.prepare(options, on: loop)
            await calls.wait { $0 == [.lookAgain] }
            try await withPostgres(options) { (killer: PostgresConnection) async throws in
                for round in 1...2 {
                    try await killer.execute(
                        """
                        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()
                        """
                    )
                    await calls.wait { $0.count == 1 + round }
                }
                try await notify("back", "x", on: killer)
            }
            await calls.wait { $0.count == 4 }
            #expect(calls.value == [.lookAgain, .lookAgain, .lookAgain, .notified(payload: "x")])
            #expect(listener.figures.broken == 2)
            await listener.close()
        }
    }

    @Test func closingEndsAnAttemptAndThePauseBetweenTwo() async throws {
        let options = try PostgresOptions(url: "host=/nowhere dbname=x")
        try await withLoop { (loop: EventLoop) async throws in
            for attempts in [0, 3] {
                let listener = PostgresListener(options, on: loop)
                await listener.listen(to: "c", hear(calls))
                while listener.figures.failedConnects < attempts { await Task.yield() }
                await listener.close()
                await listener.listen(to: "c", hear(calls))
            }
        }
        #expect(calls.value == [])
    }
}
