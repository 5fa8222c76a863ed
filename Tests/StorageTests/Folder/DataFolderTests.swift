import Foundation
import TestSupport
import Testing

@testable import Storage

struct DataFolderTests {
    private let parent: TemporaryFolder

    init() throws { parent = try TemporaryFolder() }

    @Test func createsParentsForItsUserOnly() throws {
        let folder = try DataFolder(path: parent.file("a/b/c"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    @Test func aSecondServerIsRefusedWithFolderAndProcess() throws {
        let folder = try DataFolder(path: parent.path)
        let error = #expect(throws: StorageError.self) { try DataFolder(path: parent.path) }
        #expect(error?.code == .folderInUse)
        #expect(error?.message == "the data folder \(parent.path) is in use by process \(getpid())")
        withExtendedLifetime(folder) {}
    }

    @Test func theOwnerIsKnownWhileItRuns() throws {
        #expect(DataFolder.owner(of: parent.path) == nil)
        var folder: DataFolder? = try DataFolder(path: parent.path)
        try folder?.write(["rest 127.0.0.1:3847", "websocket 127.0.0.1:3849"])
        #expect(
            DataFolder.owner(of: parent.path)
                == DataFolder.Owner(
                    processID: getpid(),
                    lines: ["rest 127.0.0.1:3847", "websocket 127.0.0.1:3849"]
                )
        )
        // The file stays behind, as after a kill; nobody has it.
        folder = nil
        #expect(FileManager.default.fileExists(atPath: parent.file("dcm.lock")))
        #expect(DataFolder.owner(of: parent.path) == nil)
    }

    @Test func aReleasedFolderIsFree() throws {
        let first = try DataFolder(path: parent.path)
        first.release()
        let second = try DataFolder(path: parent.path)
        withExtendedLifetime((first, second)) {}
    }

    @Test func aFileInTheWayIsOneSentence() throws {
        let path = parent.file("file")
        try Data().write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StorageError.self) { try DataFolder(path: path) }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains(path) == true)
        #expect(error?.message.contains("\n") == false)
    }
}
