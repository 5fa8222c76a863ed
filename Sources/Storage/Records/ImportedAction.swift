internal import Bus

/// A row of another database on its way into `actions`.
package struct ImportedAction: Equatable, Sendable {
    /// Without keywords, input and output unless the other database has them. Its id follows from the row, so that the
    /// same row is never there twice.
    package var record: ActionRecord
    /// Where it comes from and what was repaired.
    package var note: ImportNote

    package init(record: ActionRecord, note: ImportNote) {
        self.record = record
        self.note = note
    }
}

/// What `actions.metadata` says of an imported row: the member `import` of a JSON object.
package struct ImportNote: Equatable, Sendable {
    /// The import that brought the row; 0 until it is known.
    package var run = 0
    /// Its number in the other database.
    package var row: Int64
    /// Columns whose value was changed so that it could be stored.
    package var repaired: [String] = []
    /// What stood in a column that was changed, or in one that has no place here.
    package var original: [String: String] = [:]

    package init(row: Int64) { self.row = row }

    /// `{"import":{"run":1,"row":2}}`, with `repaired` and `original` if there is something to say.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("import")
        json.beginObject()
        json.field("run", run)
        json.field("row", Int(row))
        if !repaired.isEmpty { json.field("repaired", repaired) }
        if !original.isEmpty {
            json.key("original")
            json.beginObject()
            for (column, text) in original.sorted(by: { $0.key < $1.key }) { json.field(column, text) }
            json.endObject()
        }
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private static let outer = JSONFieldTable<1>(["import"])
    private static let inner = JSONFieldTable<4>(["run", "row", "repaired", "original"])

    /// Reads what `json` wrote, in any order of the members; nil for any other metadata.
    package init?(json bytes: [UInt8]) {
        let bytes = bytes.span
        do throws(JSONError) {
            guard let whole = try ImportNote.outer.scan(bytes)[0], whole.kind == .object else { return nil }
            let fields = try ImportNote.inner.scan(bytes, in: whole.range)
            guard let run = fields[0].flatMap({ JSONScanner.integer(bytes, $0) }),
                let row = fields[1].flatMap({ JSONScanner.integer(bytes, $0) })
            else { return nil }
            self.run = Int(run)
            self.row = row
            if let repaired = fields[2] { self.repaired = try JSONScanner.strings(bytes, repaired, limit: .max) }
            guard let original = fields[3] else { return }
            var texts: [String: String] = [:]
            try JSONScanner.scanObject(bytes, in: original.range) { (field) throws(JSONError) in
                texts[try JSONScanner.string(bytes, field.key)] = try JSONScanner.string(bytes, field.value)
            }
            self.original = texts
        } catch {
            return nil
        }
    }
}

/// A row of another database's scores.
package struct ImportedScore: Equatable, Sendable {
    package var key: ScoreKey
    package var row: ScoreRow

    package init(key: ScoreKey, row: ScoreRow) {
        self.key = key
        self.row = row
    }
}
