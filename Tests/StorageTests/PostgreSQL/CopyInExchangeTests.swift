import Bus
import Logging
import TestSupport
import Testing

@testable import Storage

/// Rows on their way into a table, driven without a loop.
struct CopyInExchangeTests {
    /// The socket may take what is left between the look of the exchange and that of whoever watches it. An exchange
    /// that only waited for an answer then would wait for good: the server has yet to get the rest.
    @Test func anExchangeThatHasMoreToSendNeverOnlyWaits() async throws {
        let options = try await PostgresServer.shared().options()
        try await withPostgres(options) { (other: PostgresConnection) async throws in
            try await other.execute("CREATE TABLE slow (id int PRIMARY KEY, text text)")
            // The server stops reading at the first row: somebody else has it.
            try await other.execute("BEGIN")
            try await other.execute("INSERT INTO slow VALUES (1, '')")
            do {
                let candidates = try PostgresHosts(options).candidates([:])
                let notices = PostgresNoticeLog(Logger(label: "test"))
                let started = LibpqConnection(options.parameters, candidates: candidates, notices: notices)
                let libpq = try #require(started)
                var poll = ConnectionPhases.Poll.writing
                while poll == .writing || poll == .reading { poll = libpq.poll() }
                #expect(poll == .connected && libpq.opened())
                let pieces = Lock(0)
                var exchange = CopyInExchange("COPY slow FROM STDIN", EndlessRows(pieces: pieces))
                let hasBegun = exchange.begin(libpq)
                #expect(hasBegun)
                while pieces.withLock({ $0 == 0 }) {
                    #expect(libpq.consumeInput())
                    _ = try await isSending(exchange.advance(libpq))
                }
                // Far more than all buffers hold, so that most of these find no room.
                for _ in 0..<200 { #expect(try await isSending(exchange.advance(libpq))) }
                #expect(libpq.flush() == .pending)
            }
            try await other.execute("ROLLBACK")
            try await other.execute("DROP TABLE slow")
        }
    }

    private func isSending(_ step: ExchangeStep<Int>) async throws -> Bool {
        await Task.yield()
        switch step {
        case .sending: return true
        case .waiting: return false
        case .broken, .done: throw StorageError(.database, "the server has ended the copy")
        }
    }
}

private struct EndlessRows: CopySource {
    /// How many were made.
    let pieces: Lock<Int>

    mutating func next(into bytes: inout [UInt8]) -> Bool {
        let id = pieces.withLock { pieces in
            pieces += 1
            return pieces
        }
        bytes += "\(id)\t".utf8
        bytes += [UInt8](repeating: 0x61, count: copyPieceBytes)
        bytes.append(0x0A)
        return true
    }
}
