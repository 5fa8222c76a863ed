import Foundation

/// A folder of one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("dcm-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What the disk would hold after a power failure now: the journal first, because it deletes only what the store
    /// had before. The files are copied while they are written; what is half written is dropped by its checksum.
    func copyAfterCrash() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in ["journal.db", "journal.db-wal", "store.db", "store.db-wal"]
        where FileManager.default.fileExists(atPath: file(name)) {
            try FileManager.default.copyItem(atPath: file(name), toPath: copy.file(name))
        }
        return copy
    }
}
