internal import Glibc

/// File descriptors that this process owns.
package enum Descriptor {
    /// Closes one that no handle has taken over.
    package static func close(_ descriptor: Int32) { Glibc.close(descriptor) }

    /// Raises the number of descriptors that this process may have to what the system allows; returns it.
    /// Ten thousand idle agents need ten thousand descriptors, and shells start with 1,024.
    package static func raiseLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
