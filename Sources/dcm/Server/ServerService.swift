import Foundation
import Logging
import ServiceLifecycle

/// Starts a server, says where it listens, and runs it until a signal comes.
struct ServerService: Service {
    let settings: ServerSettings
    let folder: String
    let loops: Int
    let logger: Logger

    func run() async throws {
        // What agents did is nobody else's business: files of the store are readable for this user only.
        umask(0o077)
        let server = try await Server.start(settings, folder: folder, loops: loops, logger: logger)
        print("REST       http://\(server.restAddress)")
        print("WebSocket  ws://\(server.webSocketAddress)/")
        fflush(nil)
        await server.run()
    }
}
