import ArgumentParser
import Bus
import Foundation
import Gateway

/// How the commands of a terminal reach the server.
struct ClientOptions: ParsableArguments {
    @Option(help: "The server, ws://host:port; wins over all that follows. Environment: CONTEXT_MANAGER_WS_URL.")
    var url: String?

    @OptionGroup var location: DataLocation

    @Option(help: "Address of the server. (default: where the server of the data folder listens, or 127.0.0.1)")
    var host: String?

    @Option(help: "WebSocket port of the server. (default: that of the server of the data folder, or 3849)")
    var wsPort: UInt16?

    @Option(help: "Speak as this agent.")
    var agent: String?

    @OptionGroup var token: TokenOption

    /// The server's URL: from the options, else from the environment, else of the server that runs on the data folder.
    func server() throws -> String {
        if let url { return url }
        let environment = ProcessInfo.processInfo.environment["CONTEXT_MANAGER_WS_URL"] ?? ""
        let isChosen = location.data != nil || host != nil || wsPort != nil
        if !isChosen, !environment.isEmpty { return environment }
        let running = RunningServer(folder: location.path)?.webSocketURL
        if location.data != nil, running == nil, host == nil || wsPort == nil {
            throw CommandError("No server runs on the data folder \(location.path).")
        }
        let known = running.flatMap { try? WebSocketURL($0) }
        let port = wsPort ?? known?.port ?? 3849
        do {
            return "ws://\(try SocketAddress(host: host ?? known?.host ?? "127.0.0.1", port: port))"
        } catch {
            throw CommandError("\(error.message).")
        }
    }

    /// The message that logs in, nil if nothing was said about who this is.
    var login: [String: String]? {
        var login = ["type": "auth", "id": "auth"]
        login["token"] = token.value
        login["agent_id"] = agent
        return login.count > 2 ? login : nil
    }
}
