/// How many things happened per second lately, as a value over time that is passed in.
struct RateMeter: Equatable, Sendable {
    /// Whole seconds that are averaged; the one that runs isn't among them.
    static let window: Int64 = 10

    /// One more than the window, for the second that runs: each is used again for a later one.
    private var buckets = [Int](repeating: 0, count: Int(window) + 1)
    private var current: Int64 = 0

    /// `count` things happened in a second of some clock that doesn't go back.
    mutating func add(_ count: Int, at second: Int64) {
        advance(to: second)
        buckets[index(current)] += count
    }

    /// Things per second in the window before `second`.
    func rate(at second: Int64) -> Double {
        var meter = self
        meter.advance(to: second)
        let sum = meter.buckets.reduce(0, +) - meter.buckets[meter.index(meter.current)]
        return Double(sum) / Double(Self.window)
    }

    private mutating func advance(to second: Int64) {
        guard second > current else { return }
        let first = max(current + 1, second - Self.window)
        for passed in first...second { buckets[index(passed)] = 0 }
        current = second
    }

    private func index(_ second: Int64) -> Int { Int(second % Int64(buckets.count)) }
}
