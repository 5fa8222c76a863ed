internal import Bus
internal import Storage

extension JSONWriter {
    /// `"behind":{"records":0,"oldestAgeMs":null}` in an answer that didn't wait for the store; taken before the read, so
    /// that it never says less than is missing.
    mutating func behind(_ lag: StoreLag) {
        key("behind")
        beginObject()
        field("records", lag.records)
        field("oldestAgeMs", lag.oldest.map { max(0, Timestamp.now().milliseconds - $0.milliseconds) })
        endObject()
    }
}
