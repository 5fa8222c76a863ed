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
        var text = Array(bytes.trimmed)
        let length = text.count
        for ending in OldTime.endings {
            text.replaceSubrange(length..., with: ending)
            guard let time = Timestamp(iso8601: text.span) else { continue }
            return time.milliseconds >= 0 ? time : nil
        }
        return nil
    }

    /// What a time may lack.
    private static let endings = [[], Array("Z".utf8), Array("T00:00Z".utf8)]

    /// Below it a number counts seconds.
    private static let firstMilliseconds = 100_000_000_000.0

    private static func timestamp(epoch number: Double) -> Timestamp? {
        let milliseconds = number < firstMilliseconds ? number * 1000 : number
        guard milliseconds >= 0, milliseconds < 253_402_300_800_000 else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds.rounded(.down)))
    }
}
