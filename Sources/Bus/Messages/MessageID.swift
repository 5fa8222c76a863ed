internal import Synchronization

/// Ids of messages and connections: a prefix, the time in milliseconds and six characters of base 36, the form that
/// clients of the original know.
package enum MessageID {
    private static let counter = Atomic<UInt64>(UInt64.random(in: 0..<combinations))
    /// 36^6: how many ids of one millisecond differ.
    static let combinations: UInt64 = 2_176_782_336
    /// It shares no factor with 36^6, so that multiples of it visit every suffix once, in an order that doesn't look
    /// like counting.
    static let step: UInt64 = 1_103_515_247
    private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

    /// Appends `prefix`, the time and a suffix that no other id of this process has within the same millisecond.
    package static func append(prefix: StaticString, at timestamp: Timestamp, to bytes: inout [UInt8]) {
        prefix.withUTF8Buffer { prefix in unsafe bytes.append(contentsOf: prefix) }
        bytes.appendDecimal(timestamp.milliseconds)
        bytes.append(UInt8(ascii: "_"))
        let count = counter.wrappingAdd(1, ordering: .relaxed).oldValue
        var rest = (count % combinations) * step % combinations
        for _ in 0..<6 {
            bytes.append(digits[Int(rest % 36)])
            rest /= 36
        }
    }

    /// The same as a string.
    package static func make(prefix: StaticString, at timestamp: Timestamp = .now()) -> String {
        var bytes: [UInt8] = []
        append(prefix: prefix, at: timestamp, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
