import ArgumentParser
import Foundation

/// How the commands of a terminal reach the server.
struct ClientOptions: ParsableArguments {
    @Option(help: "The server. Environment: CONTEXT_MANAGER_WS_URL.")
    var url: String?

    @Option(help: "Speak as this agent.")
    var agent: String?

    @Option(help: "A token that proves it. Environment: DCM_TOKEN.")
    var token: String?

    /// The URL without the automatic subscription to `global`: who wants that asks for it.
    var address: String {
        let base = url ?? ProcessInfo.processInfo.environment["CONTEXT_MANAGER_WS_URL"] ?? "ws://127.0.0.1:3849"
        let separator = base.contains("?") ? "&" : (base.dropFirst("ws://".count).contains("/") ? "?" : "/?")
        return "\(base)\(separator)global=0"
    }

    /// The message that logs in, nil if nothing was said about who this is.
    var login: [String: String]? {
        if let token = token ?? ProcessInfo.processInfo.environment["DCM_TOKEN"] {
            return ["type": "auth", "id": "auth", "token": token]
        }
        return agent.map { ["type": "auth", "id": "auth", "agent_id": $0] }
    }
}
