internal import CPQ

/// Asking: each of these only fills libpq's buffer and what the socket takes at once. False means that libpq refuses,
/// and `message` says why.
extension LibpqConnection {
    /// In pipeline mode.
    func prepare(_ name: String, _ command: PostgresCommand) -> Bool {
        unsafe command.types.withUnsafeBufferPointer { types in
            unsafe PQsendPrepare(connection, name, command.sql, Int32(types.count), types.baseAddress) == 1
        }
    }

    /// In pipeline mode: runs a prepared statement, results in binary form.
    func execute(prepared name: String, _ command: PostgresCommand) -> Bool {
        unsafe withParameters(command) { count, values, lengths, formats in
            unsafe PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1) == 1
        }
    }

    /// In pipeline mode: runs a statement once, results in binary form.
    func execute(_ command: PostgresCommand) -> Bool {
        unsafe withParameters(command) { count, values, lengths, formats in
            unsafe command.types.withUnsafeBufferPointer { types in
                unsafe PQsendQueryParams(
                    connection,
                    command.sql,
                    count,
                    types.baseAddress,
                    values,
                    lengths,
                    formats,
                    1
                ) == 1
            }
        }
    }

    /// Ends a pipeline: the server answers it as a whole.
    func synchronise() -> Bool { unsafe PQpipelineSync(connection) == 1 }

    /// COPY isn't possible in pipeline mode, everything else goes through it. Takes no round trip; the connection must
    /// be idle.
    func usePipeline(_ isUsed: Bool) -> Bool {
        unsafe isUsed ? PQenterPipelineMode(connection) == 1 : PQexitPipelineMode(connection) == 1
    }

    /// Outside of pipeline mode: begins a COPY.
    func copy(_ sql: String) -> Bool { unsafe PQsendQuery(connection, sql) == 1 }

    /// Hands over bytes of a COPY; libpq keeps what the socket doesn't take.
    func put(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe PQputCopyData(
                connection,
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(bytes.count)
            ) == 1
        }
    }

    /// All bytes of a COPY were handed over.
    func endCopy() -> Bool { unsafe PQputCopyEnd(connection, nil) == 1 }

    enum CopiedData: Equatable {
        case row([UInt8])
        /// Nothing has arrived yet.
        case waiting
        case end
        case failed
    }

    /// The next row of a COPY to us.
    func nextCopiedRow() -> CopiedData {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe PQgetCopyData(connection, &start, 1)
        defer { unsafe PQfreemem(start) }
        switch count {
        case 0: return .waiting
        case -1: return .end
        case 1...:
            guard let start = unsafe start else { return .failed }
            return .row(unsafe Array(UnsafeRawBufferPointer(start: start, count: Int(count))))
        default: return .failed
        }
    }

    /// libpq copies the parameters before the call in `body` returns.
    private func withParameters(
        _ command: PostgresCommand,
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Bool
    ) -> Bool {
        let lengths = command.ranges.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: lengths.count)
        // A value without bytes has no address, and libpq takes that for NULL.
        let bytes = command.bytes.isEmpty ? [0] : command.bytes
        return unsafe bytes.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values: [UnsafePointer<CChar>?] = unsafe command.ranges.map { range in
                guard let range else { return nil }
                return unsafe start?.advanced(by: range.lowerBound)
            }
            return unsafe body(Int32(values.count), values, lengths, formats)
        }
    }
}
