/// Statements that are sent at once and answered as a whole: one round trip, however many they are. When one of them
/// fails, those behind it are not run.
struct PipelineExchange: PostgresExchange {
    struct Output: Sendable {
        /// One for each command, or what failed first.
        var results: Result<[PostgresResult], StorageError>
        /// Texts that the server has not prepared although it was asked to.
        var unprepared: [String]
    }

    private enum Sent {
        case preparation(String)
        case other
        case command
    }

    private let commands: [(command: PostgresCommand, request: StatementCache.Request)]
    private var sent: [Sent] = []
    private var answered = 0
    private var results: [PostgresResult] = []
    private var unprepared: [String] = []
    private(set) var failure: StorageError?

    init(_ commands: [(command: PostgresCommand, request: StatementCache.Request)]) {
        self.commands = commands
    }

    mutating func begin(_ libpq: LibpqConnection) -> Bool {
        for (command, request) in commands {
            guard send(command, request, libpq) else { return false }
        }
        return libpq.synchronise()
    }

    private mutating func send(
        _ command: PostgresCommand,
        _ request: StatementCache.Request,
        _ libpq: LibpqConnection
    ) -> Bool {
        switch request {
        case .once:
            sent.append(.command)
            return libpq.execute(command)
        case .prepared(let name):
            sent.append(.command)
            return libpq.execute(prepared: name, command)
        case .prepare(let name, let dropped):
            if let dropped {
                sent.append(.other)
                guard libpq.execute(PostgresCommand("DEALLOCATE \(dropped)", isPrepared: false)) else { return false }
            }
            sent += [.preparation(command.sql), .command]
            return libpq.prepare(name, command) && libpq.execute(prepared: name, command)
        }
    }

    mutating func advance(_ libpq: LibpqConnection) -> ExchangeStep<Output> {
        while !libpq.isBusy {
            guard let result = libpq.nextResult() else {
                // Nothing stands between the results of two statements, and nothing comes from a broken connection.
                if libpq.isBroken { return .broken }
                continue
            }
            if result.status == .synchronised {
                let results = failure.map { Result<[PostgresResult], StorageError>.failure($0) } ?? .success(results)
                return .done(.success(Output(results: results, unprepared: unprepared)))
            }
            guard answered < sent.count else { return .broken }
            take(result, for: sent[answered])
            answered += 1
        }
        return .waiting
    }

    private mutating func take(_ result: PostgresResult, for sent: Sent) {
        let hasFailed = result.status != .done
        if hasFailed, failure == nil { failure = result.error }
        switch sent {
        case .preparation(let sql): if hasFailed { unprepared.append(sql) }
        case .command: results.append(result)
        case .other: break
        }
    }
}
