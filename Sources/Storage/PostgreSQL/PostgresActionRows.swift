/// The rows of a batch for `PostgresStatements.copyActions`, in the binary format of COPY.
struct PostgresActionRows: CopySource {
    private let actions: [ActionRecord]
    private var next = 0
    private var isComplete = false

    /// Eleven bytes that begin every file of this format, no flags, no extension.
    private static let header: [UInt8] = [
        0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    private static let columns: Int16 = 12

    init(_ actions: [ActionRecord]) { self.actions = actions }

    mutating func next(into bytes: inout [UInt8]) -> Bool {
        guard !isComplete else { return false }
        let enough = bytes.count + copyPieceBytes
        if next == 0 { bytes += PostgresActionRows.header }
        while next < actions.count, bytes.count < enough {
            append(actions[next], to: &bytes)
            next += 1
        }
        guard next == actions.count else { return true }
        // No more rows.
        bytes.appendBigEndian(Int16(-1))
        isComplete = true
        return true
    }

    private func append(_ action: ActionRecord, to bytes: inout [UInt8]) {
        bytes.appendBigEndian(PostgresActionRows.columns)
        bytes.appendField(action.id)
        bytes.appendField(action.subtaskID)
        bytes.appendField(action.sessionID)
        bytes.appendField(action.projectPath.flatMap(ProjectPath.init)?.string)
        bytes.appendField(action.toolName)
        bytes.appendField(action.toolType)
        bytes.appendField(action.input)
        bytes.appendField(action.output)
        bytes.appendArrayField(action.filePaths)
        bytes.appendField(action.exitCode)
        bytes.appendField(action.durationMilliseconds)
        bytes.appendField(action.createdAt)
    }
}
