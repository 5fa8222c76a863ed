internal import Bus
internal import Glibc
internal import Storage

/// A row that can't be stored, and why.
struct RejectedRow: Equatable, Sendable {
    var table: String
    var columns: [String]
    var row: OldRow
    var reason: String

    /// One line: `{"table":"tool_usage","rowid":7,"reason":"...","row":{...}}`. Bytes that are no text are given as
    /// `{"hex":"..."}`, so that nothing is lost.
    var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("table", table)
        json.field("rowid", row.rowID)
        json.field("reason", reason)
        json.key("row")
        json.beginObject()
        for (name, value) in zip(columns, row.values) {
            json.key(name)
            json.write(value)
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }

    /// Without the values: what is told on the bus.
    var summary: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("table", table)
        json.field("rowid", row.rowID)
        json.field("reason", reason)
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    /// A value as it is stored there; bytes that are no text as `{"hex":"..."}`.
    mutating func write(_ value: OldValue) {
        switch value {
        case .null: null()
        case .integer(let number): self.value(number)
        case .real(let number): self.value(number)
        case .text(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            if text.utf8.elementsEqual(bytes) { self.value(text) } else { write(hexadecimal: bytes) }
        case .blob(let bytes): write(hexadecimal: bytes)
        }
    }

    private mutating func write(hexadecimal bytes: [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        beginObject()
        field("hex", String(decoding: text, as: UTF8.self))
        endObject()
    }
}

/// The file of rejected rows. What was written behind the last checkpoint is cut off first: those rows are gone through
/// again.
enum RejectFile {
    /// Makes the file end with `rows` behind its first `length` bytes, on the disk; returns its new length.
    static func append(_ rows: [RejectedRow], to path: String, after length: Int) throws(AgentsError) -> Int {
        let failure = AgentsError(.storageFull, "The file \(path) can't be written")
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        for row in rows {
            bytes += row.json
            bytes.append(UInt8(ascii: "\n"))
        }
        guard ftruncate(descriptor, length) == 0,
            unsafe pwrite(descriptor, bytes, bytes.count, length) == bytes.count, fsync(descriptor) == 0
        else { throw failure }
        return length + bytes.count
    }
}

extension OldActionChunk {
    /// Puts what was rejected of it into the file behind its first `length` bytes, and tells whoever watches the job
    /// how many rows were gone through; returns the file's new length.
    func putAside(in files: MigrationFiles, after length: Int, _ context: JobContext) throws(AgentsError) -> Int {
        context.took(rows: read)
        guard !rejected.isEmpty else { return length }
        let reached = try RejectFile.append(rejected, to: files.rejected, after: length)
        for row in rejected { context.rejected(row.summary) }
        return reached
    }
}
