internal import Bus

/// Who is served, judged by Host and Origin. It keeps web pages away from a server on loopback: a page of another site
/// has another Origin, and a page that points its own name at 127.0.0.1 (DNS rebinding) has another Host.
package struct HostPolicy: Sendable {
    /// What to do with a request.
    package enum Decision: Equatable, Sendable {
        /// Serve it. With an origin, the answer carries ``CrossOriginFields`` for exactly that one.
        case allowed(origin: String?)
        /// Refuse: Host is neither a loopback name, nor configured, nor the address that the client connected to.
        case refusedHost
        /// Refuse: a page of an origin that isn't ours asked.
        case refusedOrigin
    }

    private let hosts: [HTTPAuthority]
    private let origins: Set<String>

    /// - Parameters:
    ///   - ports: the ports that serve our own pages; their loopback origins are allowed.
    ///   - hosts: further names, `name` for any port or `name:port`. Malformed ones never match.
    ///   - origins: further origins as a browser writes them, `https://name` or `http://name:port`. Anything else, `*`
    ///     and `null` above all, never matches.
    package init(ports: [Int], hosts: [String] = [], origins: [String] = []) {
        self.hosts = hosts.compactMap { HTTPAuthority($0) }
        // 3848 is the dashboard of the original system, which has its own server.
        let own = (ports + [3848]).flatMap { ["http://127.0.0.1:\($0)", "http://localhost:\($0)"] }
        let configured = origins.filter { $0.contains("://") && !$0.contains("*") }
        self.origins = Set(own + configured)
    }

    /// - Parameters:
    ///   - authority: ``HTTPRequestHead/authority``.
    ///   - origin: the value of Origin; nil if the request has none, as all but browsers.
    ///   - local: the address of this machine that the client connected to, ``TCPStream/localHost``. A page can't make
    ///     a browser send an address as the name of another site, so it is as good as a configured name.
    package func decide(authority: String, origin: String?, local: String? = nil) -> Decision {
        guard let host = HTTPAuthority(authority), isAllowed(host) || Self.names(host, local) else {
            return .refusedHost
        }
        guard let origin else { return .allowed(origin: nil) }
        return origins.contains(origin) ? .allowed(origin: origin) : .refusedOrigin
    }

    private func isAllowed(_ host: HTTPAuthority) -> Bool {
        if host.host == "localhost" || host.host == "[::1]" || Self.isLoopbackAddress(host.host) { return true }
        return hosts.contains { $0.host == host.host && ($0.port == nil || $0.port == host.port) }
    }

    private static func names(_ authority: HTTPAuthority, _ local: String?) -> Bool {
        guard let local else { return false }
        guard authority.host.hasPrefix("[") else { return authority.host == local }
        return (try? SocketAddress(host: String(authority.host.dropFirst().dropLast()), port: 0))?.numericHost == local
    }

    /// 127.0.0.0/8 as four plain decimal numbers. Short, octal and hexadecimal forms are left out: resolvers disagree
    /// about them.
    private static func isLoopbackAddress(_ host: String) -> Bool {
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("127".utf8) else { return false }
        return parts.allSatisfy { part in
            guard (1...3).contains(part.count), part.allSatisfy(HTTPCharacter.isDigit) else { return false }
            guard part.count == 1 || part.first != UInt8(ascii: "0") else { return false }
            return part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 255
        }
    }
}
