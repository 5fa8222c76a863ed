import Foundation
import TestSupport

extension TemporaryFolder {
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Bytes of a file.
    func size(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }

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

extension TemporaryFolder {
    /// This journal with another folder's closed store.
    func replacingStore(with other: TemporaryFolder) throws -> TemporaryFolder {
        for name in ["store.db", "store.db-wal"] where FileManager.default.fileExists(atPath: file(name)) {
            try FileManager.default.removeItem(atPath: file(name))
        }
        try FileManager.default.copyItem(atPath: other.file("store.db"), toPath: file("store.db"))
        return self
    }
}
