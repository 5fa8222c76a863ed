internal import Foundation

/// How many tools a user of Claude Code has installed.
package struct ToolsSummary: Equatable, Sendable {
    package var skills = 0
    package var commands = 0
    package var workflows = 0
    package var plugins = 0

    /// Files and folders looked at in one place; more would be no collection of tools.
    private static let mostEntries = 100_000

    package init(skills: Int = 0, commands: Int = 0, workflows: Int = 0, plugins: Int = 0) {
        self.skills = skills
        self.commands = commands
        self.workflows = workflows
        self.plugins = plugins
    }

    /// Counts below a folder such as `~/.claude`; what is missing counts nothing. It blocks.
    init(folder: String) {
        let files = FileManager.default
        let skillFolder = "\(folder)/skills"
        skills = ToolsSummary.names(in: skillFolder)
            .count { files.fileExists(atPath: "\(skillFolder)/\($0)/SKILL.md") }
        workflows = ToolsSummary.names(in: "\(skillFolder)/workflow/templates").count { $0.hasSuffix(".yaml") }
        let below = files.enumerator(atPath: "\(folder)/commands")
        var entries = 0
        while let name = below?.nextObject() as? String, entries < ToolsSummary.mostEntries {
            entries += 1
            if name.hasSuffix(".md") { commands += 1 }
        }
        plugins = ToolsSummary.plugins(in: "\(folder)/plugins/installed_plugins.json")
    }

    private static func names(in folder: String) -> ArraySlice<String> {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).prefix(mostEntries)
    }

    /// The file has had three forms: an object with `plugins`, a list, an object of plugins.
    private static func plugins(in file: String) -> Int {
        guard let data = FileManager.default.contents(atPath: file),
            let json = try? JSONSerialization.jsonObject(with: data)
        else { return 0 }
        if let list = json as? [Any] { return list.count }
        let object = json as? [String: Any]
        return (object?["plugins"] as? [String: Any])?.count ?? object?.count ?? 0
    }
}
