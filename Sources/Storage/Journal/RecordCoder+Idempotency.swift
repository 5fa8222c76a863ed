/// The answer to a request that may be repeated, as part of what it recorded.
extension RecordWriter {
    mutating func write(_ idempotency: IdempotencyRecord) {
        text(idempotency.key)
        blob(idempotency.fingerprint)
        blob(idempotency.response)
    }
}

extension RecordReader {
    mutating func idempotency() throws(StorageError) -> IdempotencyRecord {
        IdempotencyRecord(key: try text(), fingerprint: try blob(), response: try blob())
    }
}
