import ArgumentParser
import Foundation

/// `dcm status`
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say whether a server runs and how it is.",
        discussion: "The exit status is 0 when it is healthy, 1 when it is not or still starts, 3 when none runs."
    )

    @OptionGroup var location: DataLocation

    @OptionGroup var token: TokenOption

    @Flag(help: "Print the server's own answer to /health.")
    var json = false

    private static let notRunning: Int32 = 3

    func run() async throws {
        guard let server = RunningServer(folder: location.path) else {
            print(json ? #"{"status":"stopped"}"# : "stopped (data folder \(location.path))")
            throw ExitCode(Status.notRunning)
        }
        guard let rest = server.rest else {
            print(
                json
                    ? #"{"status":"starting"}"# : "starting  process \(server.processID) (data folder \(location.path))"
            )
            throw ExitCode.failure
        }
        let body = try LocalRequest.get("/health", from: RunningServer.reachable(rest), token: token.value)
        let health = try JSONDecoder().decode(Health.self, from: Data(body))
        if json {
            print(String(decoding: body, as: UTF8.self))
        } else {
            print("\(health.status)  dcm \(health.version), process \(server.processID)")
            print("REST       http://\(rest)")
            print("WebSocket  ws://\(server.webSocket ?? "")/")
            print("data       \(location.path)")
            print("store      \(health.database.text)")
            let age = health.journal.oldestAgeMs.map { ", the oldest \($0) ms old" } ?? ""
            print(
                "journal    \(health.journal.backlog) records wait for the store\(age), \(health.journal.sizeBytes) bytes, "
                    + "\(health.journal.recordsPerSecond) records/s"
            )
            if let reason = health.journal.reason { print("reason     \(reason)") }
        }
        if health.status != "healthy" { throw ExitCode.failure }
    }

    private struct Health: Decodable {
        struct Journal: Decodable {
            let backlog: Int
            let oldestAgeMs: Int?
            let sizeBytes: Int
            let recordsPerSecond: Double
            let reason: String?
        }

        struct Database: Decodable {
            let kind: String
            let healthy: Bool
            let latencyMs: Int?
            let error: String?

            var text: String {
                healthy
                    ? "\(kind), answers in \(latencyMs ?? 0) ms" : "\(kind), does not answer: \(error ?? "no reason")"
            }
        }

        let status: String
        let version: String
        let journal: Journal
        let database: Database
    }
}
