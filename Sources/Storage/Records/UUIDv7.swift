package import Bus

/// A UUID of version 7 (RFC 9562 section 5.7): its order is that of creation, so that rows are appended to indexes.
///
/// Ids made by one generator are strictly increasing, also within a millisecond.
package struct UUIDv7: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package static func < (left: UUIDv7, right: UUIDv7) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The 16 bytes in network order.
    package var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
    }

    /// Any UUID in its text form, in either case; nil if `text` is none.
    package init?(_ text: String) {
        var value: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in text.utf8.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard digits < 32, let digit = UUIDv7.digit(byte) else { return nil }
            if digits < 16 { value.0 = value.0 << 4 | digit } else { value.1 = value.1 << 4 | digit }
            digits += 1
        }
        guard digits == 32 else { return nil }
        self.init(high: value.0, low: value.1)
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Lower case with hyphens.
    package var description: String {
        unsafe String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    unsafe buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index % 16))) & 15
                unsafe buffer[position] = digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
                position += 1
            }
            return 36
        }
    }
}

/// Makes ids that grow, from any thread.
package final class UUIDGenerator: Sendable {
    private let last = Lock(UUIDv7(high: 0, low: 0))

    package init() {}

    /// An id for `timestamp`: 48 bits of milliseconds, a 12-bit counter, 62 random bits (RFC 9562 section 6.2,
    /// method 1). When the clock stands still or goes back, the counter and then the millisecond of the id move on.
    package func next(at timestamp: Timestamp = .now()) -> UUIDv7 {
        let random = UInt64.random(in: 0..<(1 << 62)) | 0x8000_0000_0000_0000
        return last.withLock { last in
            let fresh = UInt64(clamping: timestamp.milliseconds) << 16 | 0x7000
            // Adding one to the counter may run into the version bits: then the next millisecond begins.
            let following = last.high & 0xFFF == 0xFFF ? (last.high | 0xFFFF) + 1 + 0x7000 : last.high + 1
            last = UUIDv7(high: max(fresh, following), low: random)
            return last
        }
    }
}
