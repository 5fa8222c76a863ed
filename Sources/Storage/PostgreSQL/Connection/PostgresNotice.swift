internal import CPQ
internal import Logging

/// What `NOTIFY` told a connection that listens.
package struct PostgresNotification: Equatable, Sendable {
    package var channel: String
    package var payload: String
    /// The server process that notified; a connection hears itself too.
    package var processID: Int32
}

/// Writes what the server remarks (`RAISE NOTICE`, warnings) into the log.
final class PostgresNoticeLog {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    func write(severity: String, sqlState: String, message: String) {
        let level: Logger.Level =
            switch severity {
            case "WARNING": .warning
            case "NOTICE": .info
            default: .debug
            }
        logger.log(level: level, "\(message)", metadata: ["severity": "\(severity)", "sqlstate": "\(sqlState)"])
    }
}
