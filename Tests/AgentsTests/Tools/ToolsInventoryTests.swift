import Bus
import Foundation
import TestSupport
import Testing

@testable import Agents

struct ToolsInventoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ file: String, _ text: String = "") throws {
        let url = URL(fileURLWithPath: "\(folder.path)/\(file)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try text.write(to: url, atomically: false, encoding: .utf8)
    }

    @Test func countsWhatIsThere() throws {
        #expect(ToolsSummary(folder: "\(folder.path)/none") == ToolsSummary())
        for file in [
            "skills/a/SKILL.md", "skills/b/SKILL.md", "skills/c/README.md", "skills/SKILL.md", "commands/x.md",
            "commands/deep/er/y.md", "commands/z.txt", "skills/workflow/templates/w.yaml",
            "skills/workflow/templates/w.txt",
        ] { try write(file) }
        try write("plugins/installed_plugins.json", #"{"version":2,"plugins":{"p":[],"q":[],"r":[]}}"#)
        #expect(ToolsSummary(folder: folder.path) == ToolsSummary(skills: 2, commands: 2, workflows: 1, plugins: 3))
    }

    @Test(arguments: [
        ("[1,2]", 2), (#"{"a":1,"b":2,"c":3}"#, 3), (#"{"plugins":{}}"#, 0), ("nonsense", 0), ("7", 0),
    ])
    func readsEachFormOfThePluginsFile(_ text: String, _ count: Int) throws {
        try write("plugins/installed_plugins.json", text)
        #expect(ToolsSummary(folder: folder.path).plugins == count)
    }

    @Test func aSummaryIsGoodForFiveMinutes() async throws {
        let clock = Lock(Timestamp(milliseconds: 1_000_000))
        let inventory = ToolsInventory(folder: folder.path) { clock.withLock { $0 } }
        let first = await inventory.summary()
        #expect(first == .init(summary: ToolsSummary(), madeAt: Timestamp(milliseconds: 1_000_000), isFromCache: false))
        try write("commands/x.md")
        clock.withLock { $0 = Timestamp(milliseconds: 1_299_999) }
        let second = await inventory.summary()
        #expect(second.summary == first.summary)
        #expect(second.madeAt == first.madeAt)
        #expect(second.isFromCache)
        clock.withLock { $0 = Timestamp(milliseconds: 1_300_000) }
        let third = await inventory.summary()
        #expect(third.summary.commands == 1)
        #expect(!third.isFromCache)
        // A clock that was set back makes no summary that is good for hours.
        clock.withLock { $0 = Timestamp(milliseconds: 0) }
        #expect(await inventory.summary().isFromCache == false)
    }
}
