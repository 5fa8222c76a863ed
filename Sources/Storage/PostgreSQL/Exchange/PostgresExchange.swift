/// One thing under way on a connection: it asks, and reads what the server says until that is complete.
protocol PostgresExchange {
    associatedtype Output: Sendable

    /// Asks; false when libpq refuses.
    mutating func begin(_ libpq: LibpqConnection) -> Bool

    /// Reads what has arrived and sends what there is room for.
    mutating func advance(_ libpq: LibpqConnection) -> ExchangeStep<Output>

    /// What the server said before the connection broke.
    var failure: StorageError? { get }
}

enum ExchangeStep<Output: Sendable> {
    case waiting
    /// There is more to send in another turn of the loop.
    case sending
    /// The server has answered everything; the connection can be used again.
    case done(Result<Output, StorageError>)
    /// What arrived makes no sense, or libpq refuses: the connection is of no use any more.
    case broken
}

/// An exchange and who waits for it.
struct RunningExchange {
    enum Step: Equatable {
        case waiting
        case sending
        case done
        case broken
    }

    let begin: (LibpqConnection) -> Bool
    let advance: (LibpqConnection) -> Step
    let fail: (StorageError) -> Void

    init<Exchange: PostgresExchange>(
        _ exchange: Exchange,
        _ answer: CheckedContinuation<Result<Exchange.Output, StorageError>, Never>
    ) {
        var exchange = exchange
        begin = { exchange.begin($0) }
        advance = { libpq in
            switch exchange.advance(libpq) {
            case .waiting: return .waiting
            case .sending: return .sending
            case .broken: return .broken
            case .done(let result):
                answer.resume(returning: result)
                return .done
            }
        }
        fail = { answer.resume(returning: .failure(exchange.failure ?? $0)) }
    }
}
