/// One way to a server that libpq may try.
struct PostgresCandidate: Equatable, Sendable {
    /// As it was given; certificates and password files know the server under this name.
    var host: String
    /// Empty for a Unix socket.
    var address: String
    var port: String
}

/// The hosts of a connection string, some of which are names whose addresses have to be looked up.
///
/// libpq would look them up itself, but with calls that block the thread.
struct PostgresHosts: Equatable, Sendable {
    private var candidates: [PostgresCandidate] = []

    /// Throws when the lists don't fit together.
    init(_ options: PostgresOptions) throws(StorageError) {
        let hosts = PostgresHosts.list(options.values["host"])
        let addresses = PostgresHosts.list(options.values["hostaddr"])
        let ports = PostgresHosts.list(options.values["port"])
        let count = max(hosts.count, addresses.count)
        guard hosts.count == addresses.count || options.values["host"] == nil || options.values["hostaddr"] == nil
        else {
            throw StorageError(.unreadable, "the database has \(hosts.count) hosts, but \(addresses.count) addresses")
        }
        guard ports.count == 1 || ports.count == count else {
            throw StorageError(.unreadable, "the database has \(count) hosts, but \(ports.count) ports")
        }
        for index in 0..<count {
            candidates.append(
                PostgresCandidate(
                    host: index < hosts.count ? hosts[index] : "",
                    address: index < addresses.count ? addresses[index] : "",
                    port: ports.count == 1 ? ports[0] : ports[index]
                )
            )
        }
    }

    /// Names whose addresses are needed, each once.
    var names: [String] {
        var names: [String] = []
        for candidate in candidates where candidate.needsAddress && !names.contains(candidate.host) {
            names.append(candidate.host)
        }
        return names
    }

    /// Everything that can be tried, in the order of the connection string; a name that nobody knows isn't among it.
    func candidates(_ addresses: [String: [String]]) -> [PostgresCandidate] {
        candidates.flatMap { candidate in
            guard candidate.needsAddress else { return [candidate] }
            return (addresses[candidate.host] ?? []).map { address in
                PostgresCandidate(host: candidate.host, address: address, port: candidate.port)
            }
        }
    }

    /// An absent list is one empty element.
    private static func list(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}

extension PostgresCandidate {
    /// Neither a folder with a socket (`/...`, `@...` for an abstract one, empty for libpq's own) nor an address.
    fileprivate var needsAddress: Bool {
        guard address.isEmpty, let first = host.utf8.first else { return false }
        return first != UInt8(ascii: "/") && first != UInt8(ascii: "@")
    }
}
