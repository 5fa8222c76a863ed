import Bus
import Testing

@testable import Agents

struct ReadGateTests {
    @Test func onlyAFewGoThroughAtOnceAndAllInTheEnd() async {
        let gate = ReadGate(limit: 3)
        let counts = Lock((running: 0, most: 0))
        let results = await withTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    await gate.run {
                        counts.withLock { counts in
                            counts.running += 1
                            counts.most = max(counts.most, counts.running)
                        }
                        await Task.yield()
                        counts.withLock { $0.running -= 1 }
                        return number
                    }
                }
            }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(results == Set(0..<200))
        #expect(counts.withLock { $0.most } <= 3)
    }
}
