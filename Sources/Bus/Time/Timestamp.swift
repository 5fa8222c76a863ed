import Glibc

/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Holds the years 0 to 9999, which are those that ISO 8601 writes with four digits.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since the epoch, negative before 1970.
    package let milliseconds: Int64

    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    /// - Parameter milliseconds: Since the epoch; what lies outside of the years 0 to 9999 becomes the nearest point
    ///   inside.
    package init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.earliest), Self.latest)
    }

    /// The wall clock of this machine. It can be set back: for durations use a monotonic clock.
    package static func now() -> Timestamp {
        var time = timespec()
        // Can't fail: the clock exists and the pointer is that of a local variable.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Earlier is less.
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// As `2026-11-23T17:00:00.000Z`.
    package var iso8601: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        write(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the 24 bytes of `2026-11-23T17:00:00.000Z`: UTC, always three digits of fraction.
    package func write(into bytes: inout [UInt8]) {
        let days = milliseconds.flooredQuotient(by: Self.millisecondsPerDay)
        var rest = Int(milliseconds - days * Self.millisecondsPerDay)
        let date = CivilDate(daysSince1970: Int(days))
        func append(_ value: Int, digits: Int, then separator: Unicode.Scalar) {
            var divisor = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
                divisor /= 10
            }
            bytes.append(UInt8(ascii: separator))
        }
        append(date.year, digits: 4, then: "-")
        append(date.month, digits: 2, then: "-")
        append(date.day, digits: 2, then: "T")
        append(rest / 3_600_000, digits: 2, then: ":")
        rest %= 3_600_000
        append(rest / 60_000, digits: 2, then: ":")
        rest %= 60_000
        append(rest / 1000, digits: 2, then: ".")
        append(rest % 1000, digits: 3, then: "Z")
    }

    static let millisecondsPerDay: Int64 = 86_400_000
}
