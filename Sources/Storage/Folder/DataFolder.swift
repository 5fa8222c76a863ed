internal import Glibc

/// The folder that holds everything one server keeps, locked against a second server.
///
/// The lock is an advisory lock of the open file (`flock`): the kernel drops it when the process ends in any way, so
/// a crash leaves nothing to clean up. The file `dcm.lock` stays and tells who has it.
package final class DataFolder: Sendable {
    package let path: String
    private let lock: Int32

    /// Creates the folder if needed (for its user only), checks that it can be written and locks it.
    ///
    /// Throws `folderInUse` with the process id of the other server, `unreadable` or `diskFull`.
    package init(path: String) throws(StorageError) {
        self.path = path
        try DataFolder.create(path)
        lock = try DataFolder.openLockFile(in: path)
        guard DataFolder.take(lock) else {
            // Everything is initialised, so `deinit` runs and closes the file. A second close would hit whatever another
            // thread has opened under the same number meanwhile.
            let owner = DataFolder.read(lock)
            let who = owner.map { "process \($0.processID)" } ?? "another server"
            throw StorageError(.folderInUse, "the data folder \(path) is in use by \(who)")
        }
        try write([])
    }

    deinit { close(lock) }

    /// Lets another server in, before this object goes.
    package func release() {
        _ = flock(lock, LOCK_UN)
    }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Says in the lock file who runs here: this process, then `lines` of the form `name value`, for `dcm status`.
    package func write(_ lines: [String]) throws(StorageError) {
        let text = (["pid \(getpid())"] + lines).joined(separator: "\n") + "\n"
        let bytes = Array(text.utf8)
        // Written before it is cut: a reader may see old lines behind the new ones, but never an empty file.
        guard unsafe pwrite(lock, bytes, bytes.count, 0) == bytes.count, ftruncate(lock, bytes.count) == 0 else {
            throw DataFolder.failure("can't write to the data folder \(path)")
        }
    }

    /// The server that has locked a folder; nil if none does, also when its file is left from a killed server.
    package static func owner(of path: String) -> Owner? {
        let descriptor = unsafe open("\(path)/\(lockName)", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return read(descriptor)
    }

    /// Who has a data folder.
    package struct Owner: Equatable, Sendable {
        package var processID: Int32
        /// What the server wrote with `write`.
        package var lines: [String]
    }

    // MARK: - System calls

    private static let lockName = "dcm.lock"

    private static func create(_ path: String) throws(StorageError) {
        // Every parent in turn: the data folder of XDG needn't exist on a fresh machine.
        for end in path.indices where path[end] == "/" && end != path.startIndex {
            _ = unsafe mkdir(String(path[..<end]), 0o700)
        }
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw failure("can't create the data folder \(path)")
        }
        var status = stat()
        guard unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFDIR else {
            throw StorageError(.unreadable, "can't use \(path) as the data folder: it is a file")
        }
        guard unsafe access(path, R_OK | W_OK | X_OK) == 0 else {
            throw failure("can't use the data folder \(path)")
        }
    }

    private static func openLockFile(in path: String) throws(StorageError) -> Int32 {
        let descriptor = unsafe open("\(path)/\(lockName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("can't use the data folder \(path)") }
        return descriptor
    }

    /// `owner(of:)` holds the lock for a moment to find out about it; that is no server, so it is tried a few times.
    private static func take(_ descriptor: Int32) -> Bool {
        for _ in 0..<5 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(10_000)
        }
        return false
    }

    private static func read(_ descriptor: Int32) -> Owner? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        guard let first = lines.first, first.hasPrefix("pid "), let processID = Int32(first.dropFirst(4)) else {
            return nil
        }
        return Owner(processID: processID, lines: Array(lines.dropFirst()))
    }

    private static func failure(_ what: String) -> StorageError {
        let number = errno
        let code: StorageError.Code = number == ENOSPC || number == EDQUOT ? .diskFull : .unreadable
        return StorageError(code, "\(what): \(unsafe String(cString: strerror(number)))")
    }
}
