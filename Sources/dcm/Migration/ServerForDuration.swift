import ArgumentParser
import Foundation

/// The server that carries a command out: that of the data folder, or one that runs only as long as it takes.
struct ServerForDuration: ParsableArguments {
    @OptionGroup var location: DataLocation
    @OptionGroup var database: DatabaseLocation
    @OptionGroup var token: TokenOption

    func run<Value>(_ body: (JobClient) async throws -> Value) async throws -> Value {
        let folder = location.path
        if let address = try await running(folder) {
            return try await body(JobClient(address: address, token: token.value))
        }
        let (process, address) = try await start(folder)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(JobClient(address: address, token: token.value)))
        } catch {
            result = .failure(error)
        }
        _ = kill(process, SIGTERM)
        _ = try await RunningServer.wait(seconds: 60) { BackgroundProcess.hasEnded(process) }
        return try result.get()
    }

    /// The address of the server that has the folder, nil if none has. One that was killed has it until its memory is
    /// given back, and one that starts doesn't answer yet: both are waited for.
    private func running(_ folder: String) async throws -> String? {
        var address: String?
        let isSettled = try await RunningServer.wait(seconds: ServerForDuration.patienceSeconds) {
            guard let server = RunningServer(folder: folder) else { return true }
            address = server.rest.map(RunningServer.reachable).flatMap { address in
                (try? LocalRequest.get("/health", from: address)) == nil ? nil : address
            }
            return address != nil
        }
        guard isSettled else { throw CommandError("The server that has \(folder) does not answer; see 'dcm status'.") }
        return address
    }

    private static let patienceSeconds = 20.0

    /// On ports that are free, so that it is in nobody's way. An interrupt at the terminal is for this command, which then
    /// ends it.
    private func start(_ folder: String) async throws -> (process: pid_t, address: String) {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        var arguments = [try BackgroundProcess.ownPath(), "serve", "--data", folder]
        arguments += ["--host", "127.0.0.1", "--port", "0", "--ws-port", "0", "--log-level", "warning"]
        if let url = database.url { arguments += ["--database", url] }
        let process = try BackgroundProcess.start(arguments, log: location.logFile)
        var hasEnded = false
        let isUp = try await RunningServer.wait(seconds: 60) {
            hasEnded = BackgroundProcess.hasEnded(process)
            return hasEnded || RunningServer(folder: folder)?.webSocket != nil
        }
        guard isUp, !hasEnded, let address = RunningServer(folder: folder)?.rest else {
            throw CommandError("No server could be started on \(folder); see \(location.logFile).")
        }
        return (process, address)
    }
}
