package import Bus

/// Which hosts callbacks may go to: this machine, and those that the operator named. Whoever may subscribe could
/// otherwise make the server knock at any door of its network.
package struct CallbackHosts: Sendable {
    private let allowed: Set<String>

    /// - Parameter allowed: Names or addresses beside this machine.
    package init(allowed: [String] = []) { self.allowed = Set(allowed.map { $0.lowercased() }) }

    /// Why a host is not called, as far as its name tells; nil if it may be. A name that isn't allowed by itself counts
    /// as what it leads to: see `mayConnect`.
    package func refusal(ofHost host: String) -> String? {
        guard !allowed.contains(host), host != "localhost",
            let address = try? SocketAddress(host: host, port: 0), !address.isLoopback
        else { return nil }
        return "goes to \(host), which is not this machine: start the server with --callback-host \(host) to allow it"
    }

    /// Whether a connection may be made to an address that a host's name led to just now. The address that was checked
    /// is the one that is connected to, so a name can't lead elsewhere in between.
    package func mayConnect(to address: SocketAddress, ofHost host: String) -> Bool {
        address.isLoopback || allowed.contains(host)
    }
}
