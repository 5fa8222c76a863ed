import Glibc

/// Another program. Not Foundation's `Process`: that reads behind a heap buffer of libc (AddressSanitizer ends the tests
/// there) and takes a program for running as long as its children do.
struct ChildProcess {
    private let id: pid_t

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts `command`, whose first part is the path of a program, in `/` and with the descriptors that are named only.
    ///
    /// - Parameters:
    ///   - input: Its standard input; nil for an empty one.
    ///   - errors: Where its standard error goes; nil for nowhere.
    init(_ command: [String], input: Int32? = nil, errors: Int32? = nil) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [(0, input), (1, nil), (2, errors)] as [(Int32, Int32?)] {
            if let descriptor {
                unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            } else {
                unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            }
        }
        try unsafe ChildProcess.closeOthers(&actions)
        // The working folder of the tests may be closed to another user.
        let command = ["/bin/sh", "-c", #"cd / && exec "$@""#, "sh"] + command
        let arguments = unsafe ChildProcess.terminated(command)
        let environment = unsafe ChildProcess.terminated(["LC_ALL=C", "PATH=/usr/bin:/bin"])
        defer {
            unsafe arguments.forEach { unsafe free($0) }
            unsafe environment.forEach { unsafe free($0) }
        }
        var id = pid_t()
        let status = unsafe posix_spawn(&id, command[0], &actions, nil, arguments, environment)
        guard status == 0 else {
            throw Failure(description: "can't run \(command[0]): \(unsafe String(cString: strerror(status)))")
        }
        self.id = id
    }

    /// As `execve` wants them: copies, and a null behind the last one.
    private static func terminated(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }

    /// Sockets of other tests must not live on in a server. Looked up by name: glibc shows the function only with
    /// `_GNU_SOURCE`, which Swift's import is without.
    private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) throws {
        typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
        guard let symbol = unsafe dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
            throw Failure(description: "these tests need glibc 2.34 or newer")
        }
        unsafe _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
    }

    /// Waits for its end; what a shell would call its status.
    func wait() -> Int32 {
        var status: Int32 = 0
        while unsafe waitpid(id, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
