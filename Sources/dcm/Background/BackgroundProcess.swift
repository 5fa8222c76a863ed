import Glibc

/// Starts a program that outlives this terminal.
enum BackgroundProcess {
    /// Starts `arguments[0]` in a session of its own, without input, with its output at the end of `log`; returns its
    /// process id.
    static func start(_ arguments: [String], log: String) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // POSIX_SPAWN_SETSID: the server must not get the terminal's signals. glibc defines it as 0x80.
        unsafe posix_spawnattr_setflags(&attributes, 0x80)
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe pointers.forEach { unsafe free($0) } }
        var process: pid_t = 0
        let status = unsafe posix_spawn(&process, arguments[0], &actions, &attributes, &pointers, environ)
        guard status == 0 else {
            throw CommandError("Can't start \(arguments[0]): \(unsafe String(cString: strerror(status))).")
        }
        return process
    }

    /// The path of this program.
    static func ownPath() throws -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
        guard count > 0 else { throw CommandError("/proc is not there: can't find this program's file.") }
        return String(decoding: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// True if the child has ended.
    static func hasEnded(_ process: pid_t) -> Bool {
        var status: Int32 = 0
        return unsafe waitpid(process, &status, WNOHANG) == process
    }
}
