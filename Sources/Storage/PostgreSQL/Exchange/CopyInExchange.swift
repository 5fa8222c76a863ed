/// Bytes of a COPY into a table, in pieces, so that neither side holds all of them.
protocol CopySource: Sendable {
    /// Appends the next piece, about `CopyInExchange.pieceBytes`; false if nothing is left.
    mutating func next(into bytes: inout [UInt8]) -> Bool
}

/// COPY from us into a table. Another piece is made only when the socket has taken the one before.
struct CopyInExchange<Source: CopySource>: PostgresExchange {
    private enum Phase {
        /// The server has yet to say that it is ready.
        case asked
        case sending
        case sent
    }

    private let sql: String
    private var source: Source
    private var phase = Phase.asked
    private var piece: [UInt8] = []
    private var rows = 0
    private(set) var failure: StorageError?

    init(_ sql: String, _ source: Source) {
        self.sql = sql
        self.source = source
    }

    mutating func begin(_ libpq: LibpqConnection) -> Bool { libpq.usePipeline(false) && libpq.copy(sql) }

    /// How many rows the table got.
    mutating func advance(_ libpq: LibpqConnection) -> ExchangeStep<Int> {
        if phase == .sending {
            let step = send(libpq)
            guard phase == .sent else { return step }
        }
        while !libpq.isBusy {
            guard let result = libpq.nextResult() else {
                guard !libpq.isBroken, libpq.usePipeline(true) else { return .broken }
                return .done(failure.map { .failure($0) } ?? .success(rows))
            }
            switch result.status {
            case .copyIn:
                phase = .sending
                let step = send(libpq)
                // All was sent, and libpq may have read the answer meanwhile: then the socket will not say so.
                guard phase == .sent else { return step }
            case .done: rows = result.affectedRows
            default: failure = failure ?? result.error
            }
        }
        return .waiting
    }

    /// Sends pieces as long as the socket takes them, but not for ever in one turn of the loop.
    private mutating func send(_ libpq: LibpqConnection) -> ExchangeStep<Int> {
        for _ in 0..<copyPiecesPerTurn {
            switch libpq.flush() {
            // The socket may have room again before anybody watches it, so that it has to be watched for room even if
            // the next flush leaves nothing.
            case .pending: return .sending
            case .failed: return .broken
            case .done: break
            }
            piece.removeAll(keepingCapacity: true)
            guard source.next(into: &piece) else {
                phase = .sent
                return libpq.endCopy() ? .waiting : .broken
            }
            guard libpq.put(piece) else { return .broken }
        }
        return .sending
    }
}

/// How much a `CopySource` hands over at once; one row may be more.
let copyPieceBytes = 64 << 10
private let copyPiecesPerTurn = 16
