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
    /// resolving blocks and a server that binds to a name binds to a guess. Case doesn't matter, as in all names of hosts.
    package init(host: String, port: UInt16) throws(BusError) {
        let literal = host.lowercased() == "localhost" ? "127.0.0.1" : host
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

    /// What the system says about a socket; nil for a family other than IPv4 and IPv6.
    init?(_ storage: sockaddr_storage) {
        let named = unsafe withUnsafePointer(to: storage) { pointer -> (host: String, port: UInt16)? in
            let raw = unsafe UnsafeRawPointer(pointer)
            var text = [CChar](repeating: 0, count: 64)
            guard unsafe uv_ip_name(raw.assumingMemoryBound(to: sockaddr.self), &text, text.count) == 0 else {
                return nil
            }
            // sin_port and sin6_port lie at the same offset, in network order.
            let port = UInt16(bigEndian: unsafe raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            return (String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self), port)
        }
        guard let named else { return nil }
        (host, port) = named
        self.storage = storage
    }

    /// The address in the one spelling that the system has for it: `::1` for `0:0::1`. An IPv4 address that an IPv6
    /// socket wrapped (`::ffff:127.0.0.1`) is the IPv4 address, as that is what people write.
    package var numericHost: String {
        let text = SocketAddress(storage)?.host ?? host
        let wrapper = "::ffff:"
        return text.hasPrefix(wrapper) && text.contains(".") ? String(text.dropFirst(wrapper.count)) : text
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
