import Foundation

/// A server that the benchmark starts in a folder of its own, pinned to a core, and stops.
final class ManagedProcess {
    private let process = Process()
    private let folder: URL
    private let log: URL

    var pid: Int32 { process.processIdentifier }

    /// Starts `path` and waits until each of `markers` stands in its output.
    init(_ path: String, arguments: (URL) -> [String], core: Int?, markers: [String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "dcm-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        log = folder.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        let command = [path] + arguments(folder)
        let pinned = core.map { ["taskset", "-c", String($0)] + command } ?? command
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = pinned
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try waitUntilReady(markers)
    }

    private func waitUntilReady(_ markers: [String]) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while Date() < deadline, process.isRunning {
            let text = output
            if markers.allSatisfy({ text.contains($0) }) { return }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let text = output
        stop()
        throw BenchError("the server did not start:\n\(text)")
    }

    /// What it has written so far.
    var output: String {
        (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    }

    func stop() {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
