import Testing

@testable import Storage

struct SQLStateTests {
    @Test(
        arguments: [
            (nil, .unavailable), ("08006", .unavailable), ("57P01", .unavailable), ("57014", .unavailable),
            ("53300", .unavailable), ("53100", .diskFull), ("40P01", .unavailable), ("25006", .unavailable),
            ("22P02", .rejected), ("22003", .rejected), ("23505", .rejected), ("54000", .rejected),
            ("3D000", .unreadable), ("28P01", .unreadable), ("42501", .unreadable), ("XX001", .corrupt),
            ("42P01", .database), ("57000", .database),
        ] as [(String?, StorageError.Code)]
    )
    func everyStateMeansSomething(sqlState: String?, code: StorageError.Code) {
        #expect(StorageError.code(ofSQLState: sqlState) == code)
    }

    @Test(
        arguments: [
            ("connection to server on socket \"/x\" failed: FATAL:  3D000: database \"a: b\" does not exist", "3D000"),
            ("connection to server at \"::1\", port 5432 failed: FATAL:  28P01: password", "28P01"),
            ("connection to server at \"h\" (1.2.3.4), port 1 failed: Connection refused", nil),
        ] as [(String, String?)]
    )
    func theStateIsFoundInMessages(message: String, sqlState: String?) {
        #expect(StorageError.sqlState(inMessage: message) == sqlState)
    }

    @Test func aStatementIsPreparedOnceAndTheOldestGoes() {
        var cache = StatementCache()
        #expect(cache.request(for: "a") == .prepare("dcm1", dropping: nil))
        #expect(cache.request(for: "a") == .prepared("dcm1"))
        for index in 1..<StatementCache.limit { _ = cache.request(for: "\(index)") }
        #expect(cache.request(for: "a") == .prepared("dcm1"))
        guard case .prepare(let name, dropping: "dcm3") = cache.request(for: "b") else {
            Issue.record("the statement that was not used for the longest time stays")
            return
        }
        cache.forget("b")
        #expect(cache.request(for: "b") != .prepared(name))
    }
}
