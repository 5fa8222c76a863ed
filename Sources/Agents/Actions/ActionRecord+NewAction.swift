internal import Bus
internal import Storage

extension ActionRecord {
    /// What stands behind a text that was cut.
    static let cutMark = "\u{2026}[truncated]"

    /// The row that a report becomes. Secrets are redacted first, so that neither the store nor the routing sees them.
    init(_ action: NewAction, id ids: UUIDGenerator, at time: Timestamp) {
        self.init(
            id: ids.next(at: time),
            toolName: action.toolName,
            toolType: action.toolType.rawValue,
            input: ActionRecord.storedText(action.input, isCut: action.inputIsCut),
            output: ActionRecord.storedText(action.output, isCut: action.outputIsCut),
            filePaths: action.filePaths,
            exitCode: action.exitCode,
            durationMilliseconds: action.durationMilliseconds,
            subtaskID: action.subtaskID,
            sessionID: action.sessionID,
            projectPath: action.projectPath.map(ActionRecord.normalizedPath),
            createdAt: time,
            keywords: ActionRecord.learnableWords(of: action)
        )
    }

    private static func storedText(_ text: String?, isCut: Bool) -> String? {
        text.map { Redaction.redacted($0) + (isCut ? cutMark : "") }
    }

    /// Without our own marks: they would be learnt for every tool.
    private static func learnableWords(of action: NewAction) -> [String] {
        action.input.map { Keywords.extract(from: Redaction.redacted($0, mark: "")) } ?? []
    }

    /// Without slashes at the end, so that `/a/` and `/a` are one project; the root stays.
    private static func normalizedPath(_ path: String) -> String {
        guard let last = path.lastIndex(where: { $0 != "/" }) else { return path.isEmpty ? path : "/" }
        return String(path[...last])
    }
}
