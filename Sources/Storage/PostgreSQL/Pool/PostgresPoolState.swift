/// Who has which connection and who waits for one, as a value without connections or a clock. Connections are numbers.
struct PostgresPoolState: Equatable {
    /// Connections at most.
    let limit: Int
    /// Beyond it a request is refused at once.
    let waiterLimit: Int
    /// Whether requests are refused at once, instead of waiting, while the database says nothing.
    let refusesWhenAway: Bool

    private(set) var idle: [Int] = []
    private(set) var leased: Set<Int> = []
    private(set) var opening: Set<Int> = []
    /// Requests in their order; the first one has the earliest deadline.
    private(set) var waiters: [Int] = []
    private(set) var isClosed = false
    /// An opening took longer than a request waits, and none has succeeded since then. A database that refuses
    /// connections is not away in this sense: asking it costs a request nothing.
    private(set) var isAway = false
    /// Requests that were refused because too many waited.
    private(set) var refused = 0
    /// Requests that waited too long.
    private(set) var expiredCount = 0
    private(set) var failedOpenings = 0
    /// Connections that broke.
    private(set) var brokenCount = 0
    private var nextConnection = 0

    init(limit: Int, waiterLimit: Int, refusesWhenAway: Bool = false) {
        self.limit = limit
        self.waiterLimit = waiterLimit
        self.refusesWhenAway = refusesWhenAway
    }

    /// Connections that are there or on their way.
    var count: Int { idle.count + leased.count + opening.count }

    enum RequestAction: Equatable {
        /// The request has this connection.
        case lease(Int)
        case wait
        /// The request waits, and a connection with this number is to be opened.
        case waitAndOpen(Int)
        case refuse
    }

    /// Somebody needs a connection.
    mutating func requested(_ waiter: Int) -> RequestAction {
        guard !isClosed, !isAway else { return .refuse }
        if let connection = idle.popLast() {
            leased.insert(connection)
            return .lease(connection)
        }
        guard waiters.count < waiterLimit else {
            refused += 1
            return .refuse
        }
        waiters.append(waiter)
        // One for each who waits: those under way are for those before him.
        guard count < limit, opening.count < waiters.count else { return .wait }
        return .waitAndOpen(open())
    }

    enum FreeAction: Equatable {
        case keep
        /// The waiter has the connection.
        case lease(Int, to: Int)
        /// The connection is of no use, and nobody may wait for it.
        case close(Int)
    }

    /// A connection was opened.
    mutating func opened(_ connection: Int) -> FreeAction {
        opening.remove(connection)
        isAway = false
        return free(connection)
    }

    /// A connection came back and can be used again.
    mutating func returned(_ connection: Int) -> FreeAction {
        leased.remove(connection)
        return free(connection)
    }

    private mutating func free(_ connection: Int) -> FreeAction {
        guard !isClosed else { return .close(connection) }
        guard !waiters.isEmpty else {
            idle.append(connection)
            return .keep
        }
        leased.insert(connection)
        return .lease(connection, to: waiters.removeFirst())
    }

    /// A connection could not be opened: what keeps it away keeps it away from all who wait. They are to be told, and
    /// `reopen` is to be called in a while if the database is away.
    mutating func openingFailed(_ connection: Int) -> [Int] {
        opening.remove(connection)
        failedOpenings += 1
        defer { waiters = [] }
        return waiters
    }

    /// Some time after an opening failed. The number of a connection to open, to see whether the database is back.
    mutating func reopen() -> Int? {
        isAway && !isClosed && count == 0 ? open() : nil
    }

    /// A leased connection broke. The number of another one to open, if somebody waits.
    mutating func broke(_ connection: Int) -> Int? {
        leased.remove(connection)
        brokenCount += 1
        guard !isClosed, opening.count < waiters.count, count < limit else { return nil }
        return open()
    }

    private mutating func open() -> Int {
        nextConnection += 1
        opening.insert(nextConnection)
        return nextConnection
    }

    /// A request has waited long enough; false if it has a connection or an answer already.
    mutating func expired(_ waiter: Int) -> Bool {
        guard let index = waiters.firstIndex(of: waiter) else { return false }
        waiters.remove(at: index)
        expiredCount += 1
        // Nobody has one, so it wasn't the others that kept it from this request.
        if refusesWhenAway, idle.isEmpty, leased.isEmpty { isAway = true }
        return true
    }

    /// No connection is handed out any more; those who wait are to be told.
    mutating func close() -> [Int] {
        isClosed = true
        idle = []
        defer { waiters = [] }
        return waiters
    }
}
