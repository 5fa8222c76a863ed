@testable import Storage

extension SQLiteConnection {
    func execute(_ sql: String) throws {
        try access { try SQLiteStatement($0, sql).run() }
    }
}
