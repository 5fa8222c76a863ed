import Agents
import ArgumentParser
import Foundation
import Storage

/// `dcm copy-database`: a picture of another program's database, taken in a process that does nothing else, see
/// `DatabasePicture`.
struct CopyDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy-database",
        abstract: "Copy a database that another program writes to.",
        shouldDisplay: false
    )

    @Argument var source: String
    @Argument var copy: String

    func run() async throws {
        umask(0o077)
        let outcome: DatabasePicture.Outcome
        do throws(StorageError) {
            outcome = try DatabasePicture.take(source, to: copy)
        } catch {
            throw CommandError(error.sentence)
        }
        print("\(outcome.method) \(outcome.lockMilliseconds) \(outcome.refusedWrites) \(outcome.bytes)")
    }

    /// Runs it in another process.
    @Sendable static func inOtherProcess(
        _ source: String,
        _ copy: String
    ) async throws(AgentsError) -> DatabasePicture.Outcome {
        let answer: (status: Int32, output: String, error: String)
        do {
            answer = try await ProgramRun.run([try BackgroundProcess.ownPath(), "copy-database", source, copy])
        } catch {
            throw AgentsError(.internalFailure, "The copy of \(source) could not be begun")
        }
        let parts = answer.output.split(whereSeparator: \.isWhitespace)
        guard answer.status == 0, parts.count == 4, let lock = Double(parts[1]), let refused = Int(parts[2]),
            let bytes = Int64(parts[3])
        else {
            let said = answer.error.split(separator: "\n").first ?? "status \(answer.status)"
            let reason = said.hasPrefix("Error: ") ? said.dropFirst("Error: ".count) : said
            throw AgentsError(.invalid, "\(source) can't be copied: \(reason)")
        }
        return DatabasePicture.Outcome(
            method: String(parts[0]),
            lockMilliseconds: lock,
            refusedWrites: refused,
            bytes: bytes
        )
    }
}

/// A program that is run to its end.
enum ProgramRun {
    static func run(_ command: [String]) async throws -> (status: Int32, output: String, error: String) {
        let process = Process()
        let (output, error) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = error
        let status = try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        // Both are short enough to wait in the pipes until here.
        let text = [output, error].map { pipe in
            String(decoding: (try? pipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        }
        return (status, text[0], text[1])
    }
}
