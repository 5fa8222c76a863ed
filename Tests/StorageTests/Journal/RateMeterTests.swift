import Testing

@testable import Storage

@Suite struct RateMeterTests {
    @Test func `counts the whole seconds before`() {
        var meter = RateMeter()
        for second in Int64(100)..<105 { meter.add(20, at: second) }
        #expect(meter.rate(at: 104) == 8, "the second that runs doesn't count")
        #expect(meter.rate(at: 105) == 10)
        #expect(meter.rate(at: 110) == 10)
        #expect(meter.rate(at: 111) == 8)
        #expect(meter.rate(at: 115) == 0)
        #expect(meter.rate(at: 1_000_000) == 0)
    }

    @Test func `agrees with a list of all that happened`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var meter = RateMeter()
            var all: [Int64: Int] = [:]
            var second: Int64 = 0
            for _ in 0..<100 {
                second += Int64.random(in: 0...4, using: &random)
                let count = Int.random(in: 0...9, using: &random)
                meter.add(count, at: second)
                all[second, default: 0] += count
                let expected = (second - RateMeter.window..<second).reduce(0) { $0 + (all[$1] ?? 0) }
                #expect(meter.rate(at: second) == Double(expected) / Double(RateMeter.window))
            }
        }
    }
}
