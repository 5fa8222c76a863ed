/// A statement with its parameters, each in the binary form of its type.
struct PostgresCommand: Sendable {
    let sql: String
    /// The connection keeps it prepared: worth it for what is run often.
    let isPrepared: Bool
    private(set) var types: [UInt32] = []
    /// All parameters behind each other, and where each lies; nil for NULL.
    private(set) var bytes: [UInt8] = []
    private(set) var ranges: [Range<Int>?] = []

    init(_ sql: String, isPrepared: Bool = true) {
        self.sql = sql
        self.isPrepared = isPrepared
    }

    /// The next parameter.
    func with<Value: PostgresEncodable>(_ value: Value?) -> PostgresCommand {
        adding(Value.type.oid) { bytes in
            guard let value else { return false }
            value.encode(into: &bytes)
            return true
        }
    }

    /// An array as the next parameter.
    func with<Value: PostgresEncodable>(array values: [Value?]) -> PostgresCommand {
        adding(Value.type.arrayOID) { bytes in
            bytes.appendArray(values)
            return true
        }
    }

    private func adding(_ type: UInt32, _ encode: (inout [UInt8]) -> Bool) -> PostgresCommand {
        var command = self
        let start = command.bytes.count
        let isPresent = encode(&command.bytes)
        command.types.append(type)
        command.ranges.append(isPresent ? start..<command.bytes.count : nil)
        return command
    }
}
