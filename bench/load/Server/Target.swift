import Bus
import Foundation

/// A server to measure.
struct Target: Sendable {
    let figures: ServerFigures
    /// Where messages go: WebSocket, or NATS.
    let messages: SocketAddress
    /// REST; nil for others than dcm.
    let rest: SocketAddress?
}

/// The servers of one run: started here, or running already.
final class Targets {
    let dcm: Target
    /// NATS, if it was asked for.
    let nats: Target?
    private var processes: [ManagedProcess] = []

    private static let natsPort: UInt16 = 14_222

    init(_ options: ServerOptions) throws {
        var processes: [ManagedProcess] = []
        if let path = options.spawn {
            let process = try ManagedProcess(
                path,
                arguments: { ["serve", "--data", $0.appending(path: "data").path, "--port", "0", "--ws-port", "0"] },
                core: options.serverCore,
                markers: ["REST ", "WebSocket ", "\n"]
            )
            processes.append(process)
            dcm = Target(
                figures: ServerFigures(pid: process.pid),
                messages: try Targets.address(after: "ws://", in: process.output),
                rest: try Targets.address(after: "http://", in: process.output)
            )
        } else if let pid = options.pid {
            dcm = Target(
                figures: ServerFigures(pid: pid),
                messages: try SocketAddress(host: options.host, port: options.wsPort),
                rest: try SocketAddress(host: options.host, port: options.port)
            )
        } else {
            throw BenchError("Say which server: --spawn PATH starts one, --pid PID measures one that runs.")
        }
        nats = try options.nats.map { path in
            let process = try ManagedProcess(
                path,
                arguments: { _ in ["-a", "127.0.0.1", "-p", "\(Targets.natsPort)"] },
                core: options.serverCore,
                markers: ["Server is ready"]
            )
            processes.append(process)
            return Target(
                figures: ServerFigures(pid: process.pid),
                messages: try SocketAddress(host: "127.0.0.1", port: Targets.natsPort),
                rest: nil
            )
        }
        self.processes = processes
    }

    private static func address(after scheme: String, in output: String) throws -> SocketAddress {
        for line in output.split(separator: "\n") {
            guard let start = line.firstRange(of: scheme)?.upperBound else { continue }
            let parts = line[start...].prefix { $0 != "/" }.split(separator: ":")
            if parts.count == 2, let port = UInt16(parts[1]) {
                return try SocketAddress(host: String(parts[0]), port: port)
            }
        }
        throw BenchError("the server did not say its \(scheme) address:\n\(output)")
    }

    func stop() {
        for process in processes { process.stop() }
    }
}
