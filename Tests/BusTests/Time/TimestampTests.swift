import Bus
import Foundation
import TestSupport
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (1_795_453_200_000, "2026-11-23T17:00:00.000Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (Int64.max, "9999-12-31T23:59:59.999Z"),
        (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func `writes UTC milliseconds`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
    }

    @Test(
        arguments: [
            ("2026-11-23T17:00:00Z", 1_795_453_200_000),
            ("2026-11-23t17:00:00z", 1_795_453_200_000),
            ("2026-11-23 17:00:00Z", 1_795_453_200_000),
            ("2026-11-23T17:00Z", 1_795_453_200_000),
            ("2026-11-23T18:00:00+01:00", 1_795_453_200_000),
            ("2026-11-23T18:00:00+0100", 1_795_453_200_000),
            ("2026-11-23T18:00:00+01", 1_795_453_200_000),
            ("2026-11-23T12:30:00-04:30", 1_795_453_200_000),
            ("2026-11-23T17:00:00.5Z", 1_795_453_200_500),
            ("2026-11-23T17:00:00,5Z", 1_795_453_200_500),
            ("2026-11-23T17:00:00.1239999999999999999999Z", 1_795_453_200_123),
            ("1969-12-31T23:59:59.999Z", -1),
        ] as [(String, Int64)]
    )
    func `reads RFC 3339`(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-23", "2026-11-23T17:00:00", "2026-11-23T17:00:00.Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T17:60:00Z", "2016-12-31T23:59:60Z", "2026-11-23T17:00:00Z ",
        " 2026-11-23T17:00:00Z", "2026-11-23T17:00:00+24:00", "2026-11-23T17:00:00+01:60", "2026-11-23T17:00:00+1",
        "2026-11-23T17:00:00+", "26-11-23T17:00:00Z", "2026-1-23T17:00:00Z", "2026-11-23T1700Z", "+026-11-23T17:00:00Z",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "２026-11-23T17:00:00Z",
    ])
    func `refuses what names no point in time`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `agrees with Foundation over six centuries`() throws {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // One step is a week and a bit, so that every time of day comes up too. Foundation's calendar is Julian
        // before October 1582.
        for milliseconds in stride(from: Int64(-12_000_000_000_000), through: 7_000_000_000_000, by: 611_523_457) {
            let time = Timestamp(milliseconds: milliseconds)
            let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
            let text = date.formatted(format)
            let whole = Timestamp(milliseconds: milliseconds / 1000 * 1000)
            try #require(whole.iso8601 == text)
            try #require(Timestamp(iso8601: time.iso8601) == time)
        }
    }

    @Test func `every day comes back until the calendar repeats itself`() throws {
        var previous = Timestamp(milliseconds: .min)
        for day in 1...146_097 {
            let time = Timestamp(milliseconds: -62_167_219_200_000 + Int64(day) * 86_400_000)
            try #require(Timestamp(iso8601: time.iso8601) == time)
            // Fixed width: order in time is order of the texts.
            try #require(previous.iso8601 < time.iso8601)
            previous = time
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `survives random bytes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var bytes = Array("2026-11-23T17:00:00.123+01:00".utf8)
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0x20...0x7E, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<3, using: &random))
            if let time = Timestamp(iso8601: bytes.span) { #expect(Timestamp(iso8601: time.iso8601) == time) }
        }
    }

    @Test func `now lies where Foundation says`() {
        let before = Int64(Date().timeIntervalSince1970 * 1000) - 1
        let now = Timestamp.now().milliseconds
        #expect((before...Int64(Date().timeIntervalSince1970 * 1000) + 1).contains(now))
    }
}
