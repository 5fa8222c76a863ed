internal import Bus

/// What is looked at inside the input of a tool.
struct ToolInput {
    private static let fields = JSONFieldTable<5>(["file_path", "notebook_path", "path", "skill", "subagent_type"])
    /// An escape takes six bytes for one.
    private static let maximumRawLength = 6 * NewAction.maximumPathLength

    /// Files that the call was about.
    private(set) var filePaths: [String] = []
    private var skill: String?
    private var subagentType: String?

    init() {}

    /// An input that isn't an object, or names a field twice, has none of these.
    init(_ document: Span<UInt8>, _ value: JSONValue) {
        guard value.kind == .object, let found = try? ToolInput.fields.scan(document, in: value.range) else { return }
        filePaths = [found[0], found[1], found[2]].compactMap { ToolInput.string(document, $0) }
            .filter { $0.utf8.count <= NewAction.maximumPathLength }
        skill = ToolInput.string(document, found[3])
        subagentType = ToolInput.string(document, found[4])
    }

    /// The name that scores are kept under: that of the skill or of the subagent's type behind the general tool.
    func effectiveName(of toolName: String) -> String {
        let name: String? =
            if toolName == ToolType.skillTool {
                skill
            } else if ToolType.agentTools.contains(toolName) {
                subagentType
            } else {
                nil
            }
        guard let name, name.utf8.count <= NewAction.maximumNameLength else { return toolName }
        return name
    }

    private static func string(_ document: Span<UInt8>, _ value: JSONValue?) -> String? {
        guard let value, value.range.count <= maximumRawLength,
            let string = try? JSONScanner.string(document, value), !string.isEmpty
        else { return nil }
        return string
    }
}
