import Bus
package import Logging

/// Keeps what is logged, so that a test can look at it.
package final class RecordedLog: Sendable {
    private let lines = Watched<[String]>([])

    package init() {}

    /// Writes `level: message` into this log.
    package var logger: Logger {
        Logger(label: "test") { [lines] _ in Handler(lines: lines) }
    }

    /// Returns when a line is there that contains `text`.
    package func wait(for text: String) async {
        await lines.wait { $0.contains { $0.contains(text) } }
    }

    private struct Handler: LogHandler {
        let lines: Watched<[String]>
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        init(lines: Watched<[String]>) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.update { $0.append("\(event.level): \(event.message)") }
        }
    }
}
