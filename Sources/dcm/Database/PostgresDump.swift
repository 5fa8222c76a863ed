import Foundation
import Storage

/// A backup by PostgreSQL's own program.
struct PostgresDump {
    private let options: PostgresOptions
    private let file: String

    init(_ options: PostgresOptions, file: String) {
        self.options = options
        self.file = file
    }

    private var partial: String { "\(file).partial" }

    private var arguments: [String] {
        ["--format=custom", "--no-password", "--file=\(partial)", "--dbname=\(options.publicConnectionString)"]
    }

    /// Runs it; throws the command to type where there is none.
    func run() throws {
        guard let program = PostgresDump.program() else {
            let words = ["pg_dump", "--format=custom", "--file=\(file)", "--dbname=\(options.publicConnectionString)"]
            throw CommandError(
                """
                pg_dump is not installed here (Debian: apt-get install postgresql-client). Where it is, this writes the \
                same backup: \(words.map(PostgresDump.quoted).joined(separator: " "))
                """
            )
        }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments + (isatty(STDERR_FILENO) == 1 ? ["--verbose"] : [])
        process.environment = ProcessInfo.processInfo.environment.merging(options.secretEnvironment) { $1 }
        process.standardInput = FileHandle.nullDevice
        defer { try? FileManager.default.removeItem(atPath: partial) }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandError("\(program) has failed with status \(process.terminationStatus); nothing was written.")
        }
        // A link and no renaming, which would replace a file that appeared meanwhile.
        try FileManager.default.linkItem(atPath: partial, toPath: file)
    }

    /// In the PATH, or where Debian keeps the programs of each version.
    private static func program() -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let folders = path.split(separator: ":").map(String.init)
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let installed = versions.compactMap(Int.init).sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
        return (folders + installed).map { "\($0)/pg_dump" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A word for a POSIX shell.
    private static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
