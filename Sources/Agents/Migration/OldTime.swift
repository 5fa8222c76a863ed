internal import Bus
internal import Storage

/// The ways in which the old hooks wrote a time.
enum OldTime {
    /// Reads a time; nil if the value names none.
    ///
    /// - `YYYY-MM-DD HH:MM[:SS[.fff]]`, with a blank or `T`, in UTC unless an offset follows: SQLite's
    ///   `CURRENT_TIMESTAMP` is UTC and has none;
    /// - `YYYY-MM-DD`: midnight in UTC;
    /// - a number, also as text: seconds since 1970, or milliseconds from 100,000,000,000 on (which as seconds would be
    ///   the year 5138).
    ///
    /// Only 1970 to 9999 is taken: the id of a row begins with its time, and negative ones don't fit.
    static func timestamp(_ value: OldValue) -> Timestamp? {
        if let number = value.number { return timestamp(epoch: number) }
        guard case .text(let bytes) = value else { return nil }
        let text = String(decoding: bytes.trimmed, as: UTF8.self)
        let candidates = [text, text + "Z", text + "T00:00Z"]
        let found = candidates.lazy.compactMap { Timestamp(iso8601: $0) }.first
        return found.flatMap { $0.milliseconds >= 0 ? $0 : nil }
    }

    /// Below it a number counts seconds.
    private static let firstMilliseconds = 100_000_000_000.0

    private static func timestamp(epoch number: Double) -> Timestamp? {
        let milliseconds = number < firstMilliseconds ? number * 1000 : number
        guard milliseconds >= 0, milliseconds < 253_402_300_800_000 else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds.rounded(.down)))
    }
}

extension [UInt8] {
    /// Without white space of ASCII at either end.
    var trimmed: ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return []
        }
        return self[first...last]
    }
}
