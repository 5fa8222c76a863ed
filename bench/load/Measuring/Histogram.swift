/// Counts of durations in nanoseconds, with a relative error below 1.6 %: 64 buckets for each power of two.
struct Histogram {
    private var counts = [UInt64](repeating: 0, count: 64 * Histogram.steps)
    private(set) var total: UInt64 = 0
    private(set) var maximum: UInt64 = 0

    private static let steps = 64

    mutating func record(_ nanoseconds: UInt64) {
        counts[Histogram.index(of: nanoseconds)] += 1
        total += 1
        maximum = max(maximum, nanoseconds)
    }

    /// The value that `fraction` (0...1) of the durations don't exceed: the upper end of its bucket, in nanoseconds.
    func percentile(_ fraction: Double) -> UInt64 {
        let wanted = UInt64((fraction * Double(total)).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() where count > 0 {
            seen += count
            if seen >= max(wanted, 1) { return min(Histogram.upperEnd(of: index), maximum) }
        }
        return maximum
    }

    /// Below 64 each value has its own bucket; above, the six bits behind the highest one choose it.
    private static func index(of value: UInt64) -> Int {
        guard value >= UInt64(steps) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        return (exponent - 5) * steps + Int(value >> (exponent - 6)) - steps
    }

    private static func upperEnd(of index: Int) -> UInt64 {
        guard index >= steps else { return UInt64(index) }
        let exponent = index / steps + 5
        return (UInt64(index % steps + steps + 1) << (exponent - 6)) - 1
    }
}
