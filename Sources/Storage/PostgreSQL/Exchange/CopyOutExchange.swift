/// COPY from a table or query to us; `row` gets each row as it arrives, in the format of the statement. What isn't read
/// waits in the socket, which holds back the server.
struct CopyOutExchange: PostgresExchange {
    private let sql: String
    private let row: @Sendable ([UInt8]) -> Void
    private var isCopying = false
    private(set) var failure: StorageError?

    init(_ sql: String, row: @escaping @Sendable ([UInt8]) -> Void) {
        self.sql = sql
        self.row = row
    }

    func begin(_ libpq: LibpqConnection) -> Bool { libpq.usePipeline(false) && libpq.copy(sql) }

    mutating func advance(_ libpq: LibpqConnection) -> ExchangeStep<Void> {
        while true {
            if isCopying {
                switch libpq.nextCopiedRow() {
                case .row(let bytes): row(bytes)
                case .waiting: return .waiting
                case .end, .failed: isCopying = false
                }
                continue
            }
            if libpq.isBusy { return .waiting }
            guard let result = libpq.nextResult() else {
                guard !libpq.isBroken, libpq.usePipeline(true) else { return .broken }
                return .done(failure.map { .failure($0) } ?? .success(()))
            }
            switch result.status {
            case .copyOut: isCopying = true
            case .done: break
            default: failure = failure ?? result.error
            }
        }
    }
}
