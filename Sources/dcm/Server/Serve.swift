import ArgumentParser
import Bus
import Configuration
import Foundation
import Gateway
import Logging
import ServiceLifecycle
import Storage
import UnixSignals

/// `dcm serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the server in this terminal.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let level = Logger.Level(rawValue: options.logLevel) ?? .info
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let logger = Logger(label: "dcm")
        do {
            let environment = ConfigReader(provider: EnvironmentVariablesProvider())
            let settings = try ServerSettings(options, environment: environment, logger: logger)
            let service = ServerService(
                settings: settings,
                folder: options.location.path,
                loops: options.loops,
                logger: logger
            )
            // The group listens for signals before the service begins, so that a stop is never met by their default.
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: [service],
                    gracefulShutdownSignals: [.sigterm, .sigint],
                    logger: Logger(label: "dcm.lifecycle") { _ in SwiftLogNoOpLogHandler() }
                )
            )
            try await group.run()
        } catch let error as StorageError {
            throw CommandError(error.sentence)
        } catch let error as BusError {
            throw CommandError(error.sentence)
        }
    }
}
