import ArgumentParser
import Foundation

/// What a command shows to a server that listens beyond loopback.
struct TokenOption: ParsableArguments {
    @Option(help: "A token that proves who this is, or the server's secret. Environment: DCM_TOKEN.")
    var token: String?

    /// Nil if there is none.
    var value: String? {
        let text = token ?? ProcessInfo.processInfo.environment["DCM_TOKEN"]
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    func validate() throws {
        guard value?.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) ?? true else {
            throw CommandError("The token has line breaks or other control characters in it.")
        }
    }
}
