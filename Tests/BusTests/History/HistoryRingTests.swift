import TestSupport
import Testing

@testable import Bus

struct HistoryRingTests {
    private func limits(depth: Int = 4, age: Int64 = 100, bytes: Int = 1000) -> HistoryLimits {
        var limits = HistoryLimits(depth: depth, age: age)
        limits.channelBytes = bytes
        return limits
    }

    private func missed(_ ring: HistoryRing<Int>, after offset: Int64) -> [Int]? {
        guard case .events(let events) = ring.replay(after: offset) else { return nil }
        return events
    }

    @Test func `counts from one and gives back what came after`() {
        var ring = HistoryRing<Int>()
        #expect(ring.next == 1)
        #expect(missed(ring, after: 0) == [])
        for number in 1...3 { ring.append(number, bytes: 1, at: 0, limits: limits()) }
        #expect(missed(ring, after: 0) == [1, 2, 3])
        #expect(missed(ring, after: 2) == [3])
        #expect(missed(ring, after: 3) == [])
        #expect(missed(ring, after: 4) == nil, "an offset that was never given")
    }

    @Test func `says what is gone by depth, bytes and age`() {
        var deep = HistoryRing<Int>()
        for number in 1...6 { deep.append(number, bytes: 1, at: 0, limits: limits()) }
        #expect(deep.floor == 2 && missed(deep, after: 1) == nil && missed(deep, after: 2) == [3, 4, 5, 6])

        var heavy = HistoryRing<Int>()
        for number in 1...3 { heavy.append(number, bytes: 500, at: 0, limits: limits()) }
        #expect(heavy.entries.count == 2 && heavy.bytes == 1000 && missed(heavy, after: 0) == nil)
        heavy.append(4, bytes: 5000, at: 0, limits: limits())
        #expect(missed(heavy, after: 3) == [4], "one event always has room")

        var old = HistoryRing<Int>()
        old.append(1, bytes: 1, at: 0, limits: limits())
        old.append(2, bytes: 1, at: 101, limits: limits())
        #expect(missed(old, after: 0) == nil && missed(old, after: 1) == [2])
        old.expire(before: 1000)
        #expect(old.last == 2 && missed(old, after: 2) == [], "who has seen all has missed nothing")
    }

    @Test func `pages forwards from an offset and backwards from the end`() {
        var ring = HistoryRing<Int>()
        for number in 1...4 { ring.append(number, bytes: 1, at: 0, limits: limits()) }
        #expect(ring.page(after: nil, limit: 2) == ([3, 4], true))
        #expect(ring.page(after: 1, limit: 2) == ([2, 3], true))
        #expect(ring.page(after: 2, limit: 2) == ([3, 4], false))
        #expect(ring.page(after: 9, limit: 2) == ([], false))
    }

    /// What a killed process had given out beyond what the disk has: offsets 4 and 5.
    @Test func `goes on behind what was lost, and tells those who may have missed it`() {
        let kept = (1...3).map { HistoryRing<Int>.Entry(offset: $0, bytes: 1, time: 0, element: Int($0)) }
        var ring = HistoryRing(kept, last: 5, floor: 5)
        #expect(ring.next == 6)
        for offset in 0...4 { #expect(missed(ring, after: Int64(offset)) == nil) }
        #expect(missed(ring, after: 5) == [])
        ring.append(6, bytes: 1, at: 0, limits: limits(depth: 10))
        #expect(missed(ring, after: 3) == nil && missed(ring, after: 5) == [6])
        #expect(ring.page(after: nil, limit: 10).events == [1, 2, 3, 6])
        #expect(ring.brokenInvariant() == nil)
    }

    @Test func `goes on where it ended when nothing was lost`() {
        let kept = (3...5).map { HistoryRing<Int>.Entry(offset: $0, bytes: 1, time: 0, element: Int($0)) }
        let ring = HistoryRing(kept, last: 5, floor: 2)
        #expect(missed(ring, after: 2) == [3, 4, 5] && missed(ring, after: 1) == nil && ring.next == 6)
    }

    /// Against a list of all that was ever appended.
    @Test(arguments: 0..<50) func `agrees with a list of everything`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var limits = HistoryLimits(depth: Int.random(in: 1...20, using: &random), age: 50)
        limits.channelBytes = Int.random(in: 10...200, using: &random)
        var ring = HistoryRing<Int>()
        var time: Int64 = 0
        for number in 1...500 {
            time += Int64.random(in: 0...20, using: &random)
            switch Int.random(in: 0..<20, using: &random) {
            case 0: ring.expire(before: time - 50)
            case 1 where number.isMultiple(of: 7): ring.removeAll()
            default: break
            }
            ring.append(number, bytes: Int.random(in: 0...30, using: &random), at: time, limits: limits)
            #expect(ring.brokenInvariant() == nil)
            #expect(ring.last == Int64(number))
            #expect(ring.entries.count <= limits.depth)
            #expect(ring.bytes <= limits.channelBytes || ring.entries.count == 1)
            let asked = Int64.random(in: 0...Int64(number), using: &random)
            if asked >= ring.floor {
                #expect(missed(ring, after: asked) == Array(Int(asked)..<number).map { $0 + 1 })
            } else {
                #expect(missed(ring, after: asked) == nil)
            }
        }
    }
}
