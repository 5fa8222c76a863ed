extension Timestamp {
    /// Reads a date and time with its offset from UTC, as in RFC 3339 section 5.6.
    ///
    /// Accepts `T`, `t` or a blank between date and time; seconds may be missing; a fraction of any length after a dot
    /// or comma is cut to milliseconds; `Z`, `z`, `+01:00`, `+0100` or `+01` at the end. Refuses what names no point
    /// in time: no offset, days that don't exist, 24:00, and leap seconds, which POSIX time can't express.
    package init?(iso8601 text: String) {
        self.init(iso8601: text.utf8Span.span)
    }

    /// The same over UTF-8 bytes.
    package init?(iso8601 bytes: Span<UInt8>) {
        var reader = TimestampReader(bytes)
        guard let milliseconds = reader.milliseconds(), reader.position == bytes.count else { return nil }
        self.init(milliseconds: milliseconds)
        // Year 0 with a positive offset, or 9999 with a negative one, leaves the range.
        guard self.milliseconds == milliseconds else { return nil }
    }
}

/// Reads the parts of an ISO 8601 time from left to right.
private struct TimestampReader: ~Escapable {
    let bytes: Span<UInt8>
    var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    mutating func milliseconds() -> Int64? {
        guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
            let day = number(digits: 2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isValid, take("T") || take("t") || take(" "), let time = timeOfDay(), let offset = offset() else {
            return nil
        }
        return Int64(date.daysSince1970) * Timestamp.millisecondsPerDay + Int64(time - offset)
    }

    private mutating func timeOfDay() -> Int? {
        guard let minutes = hoursAndMinutes(separatorRequired: true) else { return nil }
        guard take(":") else { return minutes * 60_000 }
        guard let seconds = number(digits: 2), seconds < 60 else { return nil }
        guard take(".") || take(",") else { return minutes * 60_000 + seconds * 1000 }
        let start = position
        var fraction = 0
        var weight = 100
        while position < bytes.count, bytes[position].isDigit {
            fraction += Int(bytes[position] - UInt8(ascii: "0")) * weight
            weight /= 10
            position += 1
        }
        guard position > start else { return nil }
        return minutes * 60_000 + seconds * 1000 + fraction
    }

    private mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign: Int
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        if position + 2 == bytes.count {
            guard let hours = number(digits: 2), hours < 24 else { return nil }
            return sign * hours * 3_600_000
        }
        guard let minutes = hoursAndMinutes(separatorRequired: false) else { return nil }
        return sign * minutes * 60_000
    }

    private mutating func hoursAndMinutes(separatorRequired: Bool) -> Int? {
        guard let hours = number(digits: 2), hours < 24 else { return nil }
        guard take(":") || !separatorRequired else { return nil }
        guard let minutes = number(digits: 2), minutes < 60 else { return nil }
        return hours * 60 + minutes
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func number(digits: Int) -> Int? {
        guard position + digits <= bytes.count else { return nil }
        var result = 0
        for _ in 0..<digits {
            guard bytes[position].isDigit else { return nil }
            result = result * 10 + Int(bytes[position] - UInt8(ascii: "0"))
            position += 1
        }
        return result
    }
}
