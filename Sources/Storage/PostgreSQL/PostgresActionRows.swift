/// A row as the binary format of COPY has it: how many columns, then each as a field.
protocol PostgresCopyRow: Sendable {
    func append(to bytes: inout [UInt8])
}

/// Rows for `PostgresStatements.copyActions` or `copyImportedActions`, in the binary format of COPY.
struct PostgresActionRows<Row: PostgresCopyRow>: CopySource {
    private let actions: [Row]
    private var next = 0
    private var isComplete = false

    /// Eleven bytes that begin every file of this format, no flags, no extension.
    private static var header: [UInt8] {
        [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]
    }

    init(_ actions: [Row]) { self.actions = actions }

    mutating func next(into bytes: inout [UInt8]) -> Bool {
        guard !isComplete else { return false }
        let enough = bytes.count + copyPieceBytes
        if next == 0 { bytes += Self.header }
        while next < actions.count, bytes.count < enough {
            actions[next].append(to: &bytes)
            next += 1
        }
        guard next == actions.count else { return true }
        // No more rows.
        bytes.appendBigEndian(Int16(-1))
        isComplete = true
        return true
    }
}

extension ActionRecord: PostgresCopyRow {
    private static let columns: Int16 = 12

    func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(ActionRecord.columns)
        appendFields(to: &bytes)
    }

    fileprivate func appendFields(to bytes: inout [UInt8]) {
        bytes.appendField(id)
        bytes.appendField(subtaskID)
        bytes.appendField(sessionID)
        bytes.appendField(projectPath.flatMap(ProjectPath.init)?.string)
        bytes.appendField(toolName)
        bytes.appendField(toolType)
        bytes.appendField(input)
        bytes.appendField(output)
        bytes.appendArrayField(filePaths)
        bytes.appendField(exitCode)
        bytes.appendField(durationMilliseconds)
        bytes.appendField(createdAt)
    }
}

extension ImportedAction: PostgresCopyRow {
    private static let columns: Int16 = 13

    func append(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(ImportedAction.columns)
        record.appendFields(to: &bytes)
        bytes.appendField(note)
    }
}

extension ImportNote: PostgresEncodable {
    static var type: PostgresType { .jsonb }
    /// As `PostgresJSON`, without a text of its own for each of millions of rows.
    func encode(into bytes: inout [UInt8]) {
        bytes.append(1)
        bytes += json
    }
}
