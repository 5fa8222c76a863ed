extension StorageError {
    /// What a failed statement means for the caller; `sqlState` is nil for a failure on our side of the connection.
    init(postgres message: String, sqlState: String?) {
        self.init(StorageError.code(ofSQLState: sqlState), "the database: \(message)", sqlState: sqlState)
    }

    /// The classes are those of appendix A of the PostgreSQL manual.
    static func code(ofSQLState sqlState: String?) -> Code {
        // No answer: the connection broke, or never was.
        guard let sqlState else { return .unavailable }
        switch sqlState {
        case "53100": return .diskFull
        // It runs as a stand-by at the moment; cancelled by its time-out; no lock in time; a deadlock or a transaction
        // that lost against another one; the transaction was idle for too long; an error of the server's disk.
        case "25006", "57014", "55P03", "40001", "40P01", "25P03", "58030": return .unavailable
        case "XX001", "XX002": return .corrupt
        // The database is absent or may not be used.
        case "3D000", "42501": return .unreadable
        default: break
        }
        switch sqlState.prefix(2) {
        case "08", "53": return .unavailable
        case "57" where sqlState.hasPrefix("57P"): return .unavailable
        // The value is wrong, breaks a constraint or is beyond a limit of the server.
        case "22", "23", "54": return .rejected
        case "28": return .unreadable
        default: return .database
        }
    }

    /// The SQLSTATE in a message of libpq with verbose errors: `... FATAL:  3D000: database "x" does not exist`.
    /// libpq has no other way to tell why a connection could not be opened.
    static func sqlState(inMessage message: String) -> String? {
        for part in message.split(separator: ":").map({ $0.drop { $0 == " " } }) {
            let isCode =
                part.utf8.count == 5
                && part.utf8.allSatisfy { byte in
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                }
            // `FATAL` and `ERROR` are five capitals too.
            if isCode, part.utf8.contains(where: { $0 < UInt8(ascii: "A") }) { return String(part) }
        }
        return nil
    }
}
