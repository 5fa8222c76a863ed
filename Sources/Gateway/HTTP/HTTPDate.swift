/// A point in time as HTTP writes it, `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 section 5.6.7). The owner
/// makes one for each second and passes it to all answers of that second.
package struct HTTPDate: Sendable, Equatable {
    /// The 29 characters.
    package let bytes: [UInt8]

    /// - Parameter epochSeconds: seconds since 1970-01-01T00:00:00Z, brought into the years 1970 to 9999, which is all
    ///   that the format can write.
    package init(epochSeconds: Int) {
        let seconds = min(max(epochSeconds, 0), 253_402_300_799)
        let days = seconds / 86_400
        let (year, month, day) = Self.civil(days)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(29)
        // 1970-01-01 was a Thursday.
        bytes += Self.name("SunMonTueWedThuFriSat", (days + 4) % 7)
        bytes += ", ".utf8
        Self.append(day, to: &bytes)
        bytes.append(HTTPCharacter.space)
        bytes += Self.name("JanFebMarAprMayJunJulAugSepOctNovDec", month)
        bytes.append(HTTPCharacter.space)
        Self.append(year / 100, to: &bytes)
        Self.append(year % 100, to: &bytes)
        bytes.append(HTTPCharacter.space)
        Self.append(seconds % 86_400 / 3600, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(seconds % 3600 / 60, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(seconds % 60, to: &bytes)
        bytes += " GMT".utf8
        self.bytes = bytes
    }

    /// The Gregorian date of a day counted from 1970-01-01; the month counts from 0, the day from 1.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        // No year is longer than 366 days, so the guess is never too late; up to 9999 it is a few years early at most.
        var year = 1970 + days / 366
        while firstDay(of: year + 1) <= days { year += 1 }
        var day = days - firstDay(of: year)
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        var month = 0
        for length in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if day < length { break }
            day -= length
            month += 1
        }
        return (year, month, day + 1)
    }

    /// 1 January of a year, counted in days from 1970-01-01.
    private static func firstDay(of year: Int) -> Int {
        let before = year - 1
        return 365 * (year - 1970) + before / 4 - before / 100 + before / 400 - 477
    }

    private static func name(_ names: StaticString, _ index: Int) -> Substring.UTF8View {
        names.description.dropFirst(3 * index).prefix(3).utf8
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "0") + UInt8(number / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
