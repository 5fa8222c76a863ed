internal import CPQ

/// A connection of libpq that never blocks; belongs to one `PostgresConnection` and its loop.
@safe
final class LibpqConnection {
    let connection: OpaquePointer
    /// libpq calls it with a pointer.
    private let notices: PostgresNoticeLog

    /// Begins to connect; libpq is to be called again when its socket can be written. Nil only without memory.
    init?(_ parameters: [String: String], candidates: [PostgresCandidate], notices: PostgresNoticeLog) {
        var parameters = parameters
        parameters["host"] = candidates.map(\.host).joined(separator: ",")
        parameters["hostaddr"] = candidates.map(\.address).joined(separator: ",")
        parameters["port"] = candidates.map(\.port).joined(separator: ",")
        let pairs = parameters.map { ($0.key, $0.value) }
        let started = unsafe CStrings.with(pairs.map(\.0)) { keywords in
            unsafe CStrings.with(pairs.map(\.1)) { values in unsafe PQconnectStartParams(keywords, values, 0) }
        }
        guard let connection = unsafe started else { return nil }
        unsafe self.connection = connection
        self.notices = notices
        // With the SQLSTATE in the message: while it connects there is no other way to it.
        unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        unsafe PQsetNoticeReceiver(
            connection,
            { argument, result in
                guard let argument = unsafe argument, let result = unsafe result else { return }
                let log = unsafe Unmanaged<PostgresNoticeLog>.fromOpaque(argument).takeUnretainedValue()
                func field(_ code: Int32) -> String {
                    unsafe PQresultErrorField(result, code).map { unsafe String(cString: $0) } ?? ""
                }
                log.write(
                    severity: field(dcm_PG_DIAG_SEVERITY),
                    sqlState: field(dcm_PG_DIAG_SQLSTATE),
                    message: field(dcm_PG_DIAG_MESSAGE_PRIMARY)
                )
            },
            Unmanaged.passUnretained(notices).toOpaque()
        )
    }

    /// Says goodbye as far as the socket takes it, and closes it: nothing may watch its descriptor any more.
    deinit { unsafe PQfinish(connection) }

    // MARK: - Connecting

    func poll() -> ConnectionPhases.Poll {
        switch unsafe PQconnectPoll(connection) {
        case PGRES_POLLING_READING: .reading
        case PGRES_POLLING_WRITING: .writing
        case PGRES_POLLING_OK: .connected
        default: .failed
        }
    }

    /// The connection is open: nothing blocks from here on, and several statements may be under way.
    func opened() -> Bool {
        unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        return unsafe PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1
    }

    /// Minus one when there is none. Another one after each call of `poll`.
    var descriptor: Int32 { unsafe PQsocket(connection) }

    /// The address that is tried or used.
    func isAt(_ candidate: PostgresCandidate) -> Bool {
        func text(_ value: UnsafeMutablePointer<CChar>?) -> String {
            guard let value = unsafe value else { return "" }
            return unsafe String(cString: value)
        }
        return unsafe text(PQport(connection)) == candidate.port
            && (candidate.address.isEmpty
                ? text(PQhost(connection)) == candidate.host : text(PQhostaddr(connection)) == candidate.address)
    }

    /// What went wrong last.
    var message: String { unsafe String(cString: PQerrorMessage(connection)).trimmed }

    var isBroken: Bool { unsafe PQstatus(connection) == CONNECTION_BAD }

    /// For example 150004.
    var serverVersion: Int32 { unsafe PQserverVersion(connection) }

    /// What the server reports of itself, for example `server_encoding`.
    func parameter(_ name: String) -> String? {
        unsafe PQparameterStatus(connection, name).map { unsafe String(cString: $0) }
    }

    /// True between BEGIN and the end of the transaction, also of one that failed.
    var isInTransaction: Bool { unsafe PQtransactionStatus(connection) != PQTRANS_IDLE }

    // MARK: - Input and output

    enum Flush: Equatable {
        case done
        /// The socket takes no more; call again when it can be written.
        case pending
        case failed
    }

    func flush() -> Flush {
        switch unsafe PQflush(connection) {
        case 0: .done
        case 1: .pending
        default: .failed
        }
    }

    /// Reads what has arrived; false if the connection broke.
    func consumeInput() -> Bool { unsafe PQconsumeInput(connection) == 1 }

    /// A result isn't complete yet: asking for it would block.
    var isBusy: Bool { unsafe PQisBusy(connection) == 1 }

    /// Nil behind the last result of a statement.
    func nextResult() -> PostgresResult? {
        guard let result = unsafe PQgetResult(connection) else { return nil }
        return unsafe PostgresResult(result)
    }

    func nextNotification() -> PostgresNotification? {
        guard let notification = unsafe PQnotifies(connection) else { return nil }
        defer { unsafe PQfreemem(notification) }
        return unsafe PostgresNotification(
            channel: String(cString: notification.pointee.relname),
            payload: String(cString: notification.pointee.extra),
            processID: notification.pointee.be_pid
        )
    }
}
