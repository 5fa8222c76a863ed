internal import CUV
internal import Glibc

/// An IP address and port.
@safe
package struct SocketAddress: Sendable, CustomStringConvertible {
    /// The literal as given, without brackets.
    package let host: String
    /// 0 lets the system choose when listening.
    package let port: UInt16
    let storage: sockaddr_storage

    /// `host` is an IPv4 or IPv6 literal, or `localhost`, which means 127.0.0.1: names are not resolved here, because
    /// resolving blocks and a server that binds to a name binds to a guess.
    package init(host: String, port: UInt16) throws(BusError) {
        let literal = host == "localhost" ? "127.0.0.1" : host
        var storage = sockaddr_storage()
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            let v4 = unsafe uv_ip4_addr(literal, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self))
            guard v4 != 0 else { return v4 }
            return unsafe uv_ip6_addr(literal, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self))
        }
        guard status == 0 else {
            throw BusError(.addressUnavailable, "'\(host)' is not an IP address or localhost")
        }
        self.host = literal
        self.port = port
        self.storage = storage
    }

    /// True if only this machine can reach it: 127.0.0.0/8 or ::1.
    package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    var length: socklen_t {
        socklen_t(
            storage.ss_family == sa_family_t(AF_INET6)
                ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        )
    }

    var family: Int32 { Int32(storage.ss_family) }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe body(UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
        }
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
