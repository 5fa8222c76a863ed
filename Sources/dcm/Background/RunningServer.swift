import Foundation
import Storage

/// The server that has a data folder, as its lock file tells.
struct RunningServer {
    let processID: Int32
    /// `host:port`, nil until it listens.
    let rest: String?
    let webSocket: String?

    /// Nil if no server has the folder.
    init?(folder: String) {
        guard let owner = DataFolder.owner(of: folder) else { return nil }
        processID = owner.processID
        func value(_ name: String) -> String? {
            owner.lines.first { $0.hasPrefix("\(name) ") }.map { String($0.dropFirst(name.count + 1)) }
        }
        rest = value("rest")
        webSocket = value("websocket")
    }

    /// The URL at which a client on this machine reaches it, nil until it listens.
    var webSocketURL: String? { webSocket.map { "ws://\(RunningServer.reachable($0))" } }

    /// A server on all addresses is reached through the loopback one.
    static func reachable(_ address: String) -> String {
        for (all, loopback) in [("0.0.0.0:", "127.0.0.1:"), ("[::]:", "[::1]:")] where address.hasPrefix(all) {
            return loopback + address.dropFirst(all.count)
        }
        return address
    }

    /// Waits until `condition` holds, looking every 20 ms; false when `seconds` have passed.
    static func wait(seconds: Double, until condition: () -> Bool) async throws -> Bool {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while !condition() {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }
}
