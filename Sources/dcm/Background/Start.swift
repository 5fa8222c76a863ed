import ArgumentParser
import Foundation

/// `dcm start`
struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the server in the background.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let folder = options.location.path
        if let server = RunningServer(folder: folder) {
            throw CommandError("A server runs already, process \(server.processID), data folder \(folder).")
        }
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let log = options.location.logFile
        let offset = (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int) ?? 0
        let process = try BackgroundProcess.start(
            [try BackgroundProcess.ownPath(), "serve"] + options.arguments,
            log: log
        )
        var hasEnded = false
        let isUp = try await RunningServer.wait(seconds: 30) {
            hasEnded = BackgroundProcess.hasEnded(process)
            return hasEnded || RunningServer(folder: folder)?.webSocket != nil
        }
        if !isUp {
            throw CommandError(
                """
                The server has not begun to listen after 30 s and goes on starting, process \(process): it may be taking over \
                many records. See dcm status, and \(log).
                """
            )
        }
        guard !hasEnded, let server = RunningServer(folder: folder) else {
            let output = FileManager.default.contents(atPath: log)?.dropFirst(offset) ?? Data()
            let text = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            throw CommandError("The server did not start:\n\(text)\nThe whole log is \(log).")
        }
        print("Started process \(server.processID), log \(log)")
        print("REST       http://\(server.rest ?? "")")
        print("WebSocket  ws://\(server.webSocket ?? "")/")
    }
}
