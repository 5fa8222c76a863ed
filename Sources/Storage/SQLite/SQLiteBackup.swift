internal import GRDB
internal import Glibc

/// Copies an embedded store while a server writes to it.
enum SQLiteBackup {
    /// Pages copied between two reports of progress.
    private static let step: CInt = 2048

    /// Copies the store of one moment into a new file, which has its name only when it is complete, checked and on the
    /// disk. The server's log grows meanwhile, because it keeps what the copy has not read yet.
    static func copy(_ path: String, to copy: String, progress: @escaping (Double) -> Void) throws(StorageError) {
        let source = try SQLiteReport.open(path)
        let partial = "\(copy).partial"
        let descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("can't create \(partial)") }
        defer {
            close(descriptor)
            unsafe unlink(partial)
        }
        try fill(partial, from: source, progress)
        try source.close()
        // A link and no renaming, which would replace a file that appeared meanwhile.
        guard fsync(descriptor) == 0, unsafe link(partial, copy) == 0 else { throw failure("can't write \(copy)") }
    }

    private static func fill(
        _ partial: String,
        from source: SQLiteConnection,
        _ progress: @escaping (Double) -> Void
    ) throws(StorageError) {
        // One transaction: without it the copy would begin anew whenever the server has written.
        try source.snapshot { db in
            _ = try SQLiteSchema.version(db)
            let target = try DatabaseQueue(path: partial)
            try target.inDatabase { copy in
                try db.backup(to: copy, pagesPerStep: step) { pages in
                    progress(Double(pages.completedPageCount) / Double(max(1, pages.totalPageCount)))
                }
                // The copy is one file, without a log beside it.
                try copy.execute(sql: "PRAGMA journal_mode = DELETE")
                let check = try String.fetchOne(copy, sql: "PRAGMA quick_check(1)")
                guard check == "ok" else {
                    throw StorageError(.corrupt, "the copy is damaged: \(check ?? "no answer")")
                }
            }
            try target.close()
        }
    }

    private static func failure(_ what: String) -> StorageError {
        let number = errno
        let code: StorageError.Code = number == ENOSPC || number == EDQUOT ? .diskFull : .unreadable
        return StorageError(code, "\(what): \(unsafe String(cString: strerror(number)))")
    }
}
