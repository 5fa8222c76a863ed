import ArgumentParser
import Bus
import Foundation

/// Data that a command is given: JSON text, checked before it goes anywhere.
enum JSONArgument {
    /// The text; `-` stands for standard input. Ends the command with its usage if it is no JSON.
    static func read(_ argument: String, usage: String) throws -> String {
        let text =
            argument == "-"
            ? String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self) : argument
        do throws(JSONError) {
            try JSONScanner.validate(text.utf8Span.span)
        } catch {
            let sentence =
                "The data is no JSON (\(error.message)): quote it for the shell, for example '{\"ok\":true}'."
            FileHandle.standardError.write(Data("Error: \(sentence)\nUsage: \(usage)\n".utf8))
            throw ExitCode.validationFailure
        }
        return text
    }
}
