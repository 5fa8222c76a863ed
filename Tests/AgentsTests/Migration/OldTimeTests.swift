import Bus
import Storage
import Testing

@testable import Agents

struct OldTimeTests {
    @Test(arguments: [
        ("2025-07-01 10:00:00", 1_751_364_000_000), ("2025-07-01 10:00", 1_751_364_000_000),
        ("2025-07-01 10:00:00.25", 1_751_364_000_250), ("2025-07-01T10:00:00Z", 1_751_364_000_000),
        ("2025-07-01T12:00:00+02:00", 1_751_364_000_000), (" 2025-07-01 ", 1_751_328_000_000),
        ("1751364000", 1_751_364_000_000), ("1751364000123", 1_751_364_000_123), ("1970-01-01", 0),
        ("9999-12-31 23:59:59.999", 253_402_300_799_999),
    ])
    func aTimeIsReadInEveryForm(text: String, milliseconds: Int64) {
        #expect(OldTime.timestamp(.text(Array(text.utf8)))?.milliseconds == milliseconds)
    }

    @Test(
        arguments: [
            (OldValue.integer(1_751_364_000), 1_751_364_000_000), (.integer(1_751_364_000_123), 1_751_364_000_123),
            (.real(1_751_364_000.5), 1_751_364_000_500), (.integer(0), 0), (.blob(Array("2025-07-01".utf8)), nil),
            (.integer(99_999_999_999), 99_999_999_999_000), (.integer(100_000_000_000), 100_000_000_000),
            (.integer(.max), nil), (.integer(-1), nil), (.real(.infinity), nil), (.null, nil),
        ] as [(OldValue, Int64?)]
    )
    func aNumberCountsSecondsOrMilliseconds(value: OldValue, milliseconds: Int64?) {
        #expect(OldTime.timestamp(value)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "yesterday", "2025-02-30", "2025-07-01 24:00:00", "1969-12-31", "10000-01-01", "inf", "0x10", "-5",
    ])
    func whatIsNoTimeIsNone(text: String) {
        #expect(OldTime.timestamp(.text(Array(text.utf8))) == nil)
    }
}
