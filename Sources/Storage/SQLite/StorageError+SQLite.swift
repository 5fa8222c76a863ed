internal import GRDB
internal import GRDBSQLite
internal import Glibc

extension StorageError {
    /// What a failed call means for the caller. `systemError` is the `errno` that SQLite met, 0 if none.
    init(_ error: DatabaseError, systemError: Int32 = 0, doing what: String) {
        let code = StorageError.code(of: error.resultCode, systemError: systemError)
        let detail =
            switch (code, error.extendedResultCode) {
            case (.diskFull, _): "the disk is full"
            // The journal of the writer that was killed is undone by whoever reads next and may write.
            case (_, .SQLITE_READONLY_ROLLBACK):
                "a write to it was interrupted; read it once with a program that may write to it, such as sqlite3"
            default: error.message ?? "error \(error.extendedResultCode.rawValue)"
            }
        self.init(code, "\(what): \(detail)")
    }

    private static func code(of result: ResultCode, systemError: Int32) -> Code {
        switch result {
        case .SQLITE_FULL: .diskFull
        // The index of the WAL is a mapped file: growing it on a full disk is an I/O error and not SQLITE_FULL.
        case .SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT: .diskFull
        case .SQLITE_BUSY, .SQLITE_LOCKED: .unavailable
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH: .unreadable
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG: .rejected
        default: .database
        }
    }
}
