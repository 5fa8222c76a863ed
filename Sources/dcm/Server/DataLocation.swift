import ArgumentParser
import Foundation

/// Where a server keeps its files.
struct DataLocation: ParsableArguments {
    @Option(help: "Data folder. (default: $XDG_DATA_HOME/dcm or ~/.local/share/dcm)")
    var data: String?

    func validate() throws {
        // The current folder is no place that anybody means by nothing.
        guard data != "" else { throw CommandError("--data is empty: name a folder, or leave it out.") }
    }

    /// The folder; the default is that of the XDG Base Directory Specification.
    var path: String {
        if let data { return URL(filePath: data).standardizedFileURL.path(percentEncoded: false) }
        if let folder = ProcessInfo.processInfo.environment["XDG_DATA_HOME"], folder.hasPrefix("/") {
            return "\(folder)/dcm"
        }
        return "\(NSHomeDirectory())/.local/share/dcm"
    }

    /// Where a server in the background writes its log.
    var logFile: String { "\(path)/dcm.log" }
}
