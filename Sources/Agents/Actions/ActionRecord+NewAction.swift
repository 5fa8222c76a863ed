internal import Bus
internal import Storage

extension ActionRecord {
    /// What stands behind a text that was cut.
    static let cutMark = "\u{2026}[truncated]"

    /// The row that a report becomes. Secrets are redacted first, so that neither the store nor the routing sees them.
    init(_ action: NewAction, id ids: UUIDGenerator, at time: Timestamp) {
        let input = action.input.map { Redaction.redacted($0) }
        // Our own mark isn't learnt: it would be a keyword of every tool that is given secrets.
        let words = input == action.input ? input : action.input.map { Redaction.redacted($0, mark: "") }
        self.init(
            id: ids.next(at: time),
            toolName: action.toolName,
            toolType: action.toolType.rawValue,
            input: input.map { ActionRecord.marked($0, isCut: action.inputIsCut) },
            output: action.output.map { ActionRecord.marked(Redaction.redacted($0), isCut: action.outputIsCut) },
            filePaths: action.filePaths,
            exitCode: action.exitCode,
            durationMilliseconds: action.durationMilliseconds,
            subtaskID: action.subtaskID,
            sessionID: action.sessionID,
            projectPath: action.projectPath,
            createdAt: time,
            keywords: words.map { Keywords.extract(from: $0) } ?? []
        )
    }

    private static func marked(_ text: String, isCut: Bool) -> String { isCut ? text + cutMark : text }
}
