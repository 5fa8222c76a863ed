/// A tool call as a client reports it, before it is checked and stored.
package struct NewAction: Equatable, Sendable {
    package var toolName: String
    package var toolType: ToolType
    /// What the tool was given. Words are learnt from it.
    package var input: String?
    package var output: String?
    /// `input` or `output` is only the beginning of what there was.
    package var inputIsCut = false
    package var outputIsCut = false
    package var filePaths: [String]
    /// Nil when unknown.
    package var exitCode: Int?
    package var durationMilliseconds: Int?
    package var subtaskID: String?
    package var sessionID: String?
    package var projectPath: String?

    package init(
        toolName: String,
        toolType: ToolType,
        input: String? = nil,
        output: String? = nil,
        filePaths: [String] = [],
        exitCode: Int? = nil,
        durationMilliseconds: Int? = nil,
        subtaskID: String? = nil,
        sessionID: String? = nil,
        projectPath: String? = nil
    ) {
        self.toolName = toolName
        self.toolType = toolType
        self.input = input
        self.output = output
        self.filePaths = filePaths
        self.exitCode = exitCode
        self.durationMilliseconds = durationMilliseconds
        self.subtaskID = subtaskID
        self.sessionID = sessionID
        self.projectPath = projectPath
    }

    /// Bytes of a tool name, of a session's id and of a path, and the number of paths: what is longer is no name.
    static let maximumNameLength = 512
    static let maximumPathLength = 4096
    static let maximumPaths = 1000
    /// Bytes of all paths together: lists show them, up to a thousand actions at once.
    static let maximumPathBytes = 64 << 10

    /// What is wrong with the fields, empty if nothing is.
    var problems: [AgentsError.Problem] {
        var problems: [AgentsError.Problem] = []
        func require(_ isFine: Bool, _ field: String, _ text: String) {
            if !isFine { problems.append(AgentsError.Problem(field: field, text: text)) }
        }
        require(!toolName.isEmpty, "tool_name", "tool_name is required")
        require(toolName.utf8.count <= NewAction.maximumNameLength, "tool_name", "at most 512 bytes")
        let largest = Int(Int32.max)
        require((-largest - 1...largest).contains(exitCode ?? 0), "exit_code", "must fit into 32 bits")
        require((0...largest).contains(durationMilliseconds ?? 0), "duration_ms", "must be 0 to 2147483647")
        require((sessionID?.utf8.count ?? 0) <= NewAction.maximumNameLength, "session_id", "at most 512 bytes")
        require((projectPath?.utf8.count ?? 0) <= NewAction.maximumPathLength, "project_path", "at most 4096 bytes")
        require(filePaths.count <= NewAction.maximumPaths, "file_paths", "at most 1000 paths")
        let pathsAreShort = filePaths.allSatisfy { $0.utf8.count <= NewAction.maximumPathLength }
        require(pathsAreShort, "file_paths", "at most 4096 bytes each")
        let pathBytes = filePaths.reduce(0) { $0 + $1.utf8.count }
        require(pathBytes <= NewAction.maximumPathBytes, "file_paths", "at most 65536 bytes together")
        // Databases end a text at NUL or refuse it: such an id could be neither listed nor deleted.
        func requireNoNUL(_ text: String?, _ field: String) {
            require(text?.utf8.contains(0) != true, field, "must not contain NUL (U+0000)")
        }
        requireNoNUL(toolName, "tool_name")
        requireNoNUL(sessionID, "session_id")
        requireNoNUL(projectPath, "project_path")
        for path in filePaths { requireNoNUL(path, "file_paths") }
        return problems
    }
}
