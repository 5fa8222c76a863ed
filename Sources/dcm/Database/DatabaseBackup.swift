import ArgumentParser
import Foundation
import Storage

/// `dcm database backup`
struct DatabaseBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write a copy of the store into a new file, while servers may use it.",
        discussion: """
            The embedded store is copied as it is at one moment; the copy is a SQLite file. A PostgreSQL database is \
            written by pg_dump in its custom format, which pg_restore reads. Records that wait in a server's journal are \
            in neither: they reach the store by themselves.
            """
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The file to write; one that exists is never overwritten.", completion: .file())
    var file: String

    func run() async throws {
        // What agents did is nobody else's business.
        umask(0o077)
        let path = URL(filePath: file).standardizedFileURL.path(percentEncoded: false)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw CommandError("\(path) exists, and a backup overwrites nothing: choose another file.")
        }
        guard !FileManager.default.fileExists(atPath: "\(path).partial") else {
            throw CommandError(
                "\(path).partial is left from a backup that was interrupted, or one runs: see, and delete it."
            )
        }
        switch try store.storeLocation() {
        case .embedded:
            let progress = TerminalProgress()
            defer { progress.end() }
            try await store.withAdministration { store throws(StorageError) in
                try store.copyEmbedded(to: path) { progress.show($0) }
            }
        case .postgres(let options):
            try PostgresDump(options, file: path).run()
        }
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        print("Wrote \(path), \(size) bytes")
    }
}

/// How far something is, on a terminal; silent elsewhere.
struct TerminalProgress {
    private let isShown = isatty(STDERR_FILENO) == 1

    /// - Parameter part: In 0...1.
    func show(_ part: Double) {
        if isShown { FileHandle.standardError.write(Data("\r\(Int(part * 100)) % ".utf8)) }
    }

    /// Clears the line.
    func end() {
        if isShown { FileHandle.standardError.write(Data("\r      \r".utf8)) }
    }
}
