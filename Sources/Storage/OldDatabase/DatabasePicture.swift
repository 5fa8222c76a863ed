internal import GRDB
internal import Glibc

/// A copy of another program's database as it is at one moment, taken while that program writes.
///
/// Its writers may have no patience at all: whoever meets a lock has lost its row. A database with a write-ahead log is
/// copied by SQLite's backup in one single step, which holds nobody up. One with a rollback journal is copied byte by
/// byte under a read lock, which refuses writers for the time of the copy; a stepwise backup would refuse them for much
/// longer, or begin again after each of their writes.
///
/// Run it in a process that does nothing else: closing any descriptor of the file drops the locks that a process has.
package enum DatabasePicture {
    package struct Outcome: Equatable, Sendable {
        /// `backup` or `copy`
        package var method: String
        /// How long writers of the source met a lock.
        package var lockMilliseconds: Double
        /// Writes of theirs that it has refused, as far as that can be seen: at least so many.
        package var refusedWrites: Int
        package var bytes: Int64

        package init(method: String, lockMilliseconds: Double, refusedWrites: Int, bytes: Int64) {
            self.method = method
            self.lockMilliseconds = lockMilliseconds
            self.refusedWrites = refusedWrites
            self.bytes = bytes
        }
    }

    /// Copies `source` into the new file `copy`, which is on the disk on return and is one file, without a log.
    ///
    /// One at a time in a folder: who asked for a copy may have been killed and ask again, and the process that made it
    /// goes on. Both would write the same file, and the older copy could take the place of the newer one.
    package static func take(_ source: String, to copy: String) throws(StorageError) -> Outcome {
        let folder = try lockFolder(of: copy)
        defer { close(folder) }
        let hasLog = try usesLog(source)
        let connection = try SQLiteReport.open(source, name: "the old database")
        let partial = "\(copy).partial"
        unsafe unlink(partial)
        var lock = (milliseconds: 0.0, refusedWrites: 0)
        if hasLog {
            try backUp(connection, to: partial)
        } else {
            lock = try copyLocked(connection, source, to: partial)
        }
        try connection.close()
        let bytes = try finish(partial, as: copy)
        return Outcome(
            method: hasLog ? "backup" : "copy",
            lockMilliseconds: lock.milliseconds,
            refusedWrites: lock.refusedWrites,
            bytes: bytes
        )
    }

    /// Waits until no other process copies into the folder; none does until the descriptor is closed.
    private static func lockFolder(of copy: String) throws(StorageError) -> Int32 {
        let path = copy.lastIndex(of: "/").map { String(copy[...$0]) } ?? "."
        let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("can't read \(path)") }
        while flock(folder, LOCK_EX) != 0 {
            guard errno == EINTR else {
                defer { close(folder) }
                throw failure("can't lock \(path)")
            }
        }
        return folder
    }

    /// Byte 18 of the header is 2 for a database with a write-ahead log (SQLite file format, section 1.3.3).
    private static func usesLog(_ path: String) throws(StorageError) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't read \(path)") }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 20)
        let count = unsafe pread(descriptor, &header, header.count, 0)
        guard count == header.count, header.starts(with: "SQLite format 3".utf8) else {
            throw StorageError(.corrupt, "\(path) is no SQLite database")
        }
        return header[18] == 2
    }

    private static func backUp(_ source: SQLiteConnection, to partial: String) throws(StorageError) {
        try source.access { db in
            let target = try DatabaseQueue(path: partial)
            try target.inDatabase { copy in
                try db.backup(to: copy, pagesPerStep: -1)
                try copy.execute(sql: "PRAGMA journal_mode = DELETE")
            }
            try target.close()
        }
    }

    /// Milliseconds under the lock, and what it refused meanwhile.
    private static func copyLocked(
        _ source: SQLiteConnection,
        _ path: String,
        to partial: String
    ) throws(StorageError) -> (milliseconds: Double, refusedWrites: Int) {
        let from = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard from >= 0 else { throw failure("can't read \(path)") }
        // Behind the lock, see above.
        defer { close(from) }
        let to = unsafe open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard to >= 0 else { throw failure("can't create \(partial)") }
        defer { close(to) }
        // What has to come from the disk comes before the lock.
        try copyBytes(of: from, to: nil)
        let clock = ContinuousClock()
        let refused = RefusedWrites(of: path)
        return try source.snapshot { db in
            let start = clock.now
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")
            _ = refused.next()
            try copyBytes(of: from, to: to)
            return ((clock.now - start) / .milliseconds(1), refused.next())
        }
    }

    /// Reads a whole file, and writes it unless `target` is nil.
    private static func copyBytes(of source: Int32, to target: Int32?) throws(StorageError) {
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var offset = 0
        while true {
            let count = unsafe pread(source, &piece, piece.count, offset)
            guard count >= 0 else { throw failure("can't read the old database") }
            guard count > 0 else { return }
            if let target, unsafe write(target, piece, count) != count {
                throw failure("can't write the copy of the old database")
            }
            offset += count
        }
    }

    private static func finish(_ partial: String, as copy: String) throws(StorageError) -> Int64 {
        let descriptor = unsafe open(partial, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("can't read \(partial)") }
        defer { close(descriptor) }
        var status = stat()
        guard fsync(descriptor) == 0, unsafe fstat(descriptor, &status) == 0, unsafe rename(partial, copy) == 0 else {
            throw failure("can't write \(copy)")
        }
        return Int64(status.st_size)
    }

    private static func failure(_ what: String) -> StorageError {
        let number = errno
        let code: StorageError.Code = number == ENOSPC || number == EDQUOT ? .diskFull : .unreadable
        return StorageError(code, "\(what): \(unsafe String(cString: strerror(number)))")
    }
}
