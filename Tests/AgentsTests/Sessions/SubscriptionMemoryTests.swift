import Bus
import Testing

@testable import Agents

struct SubscriptionMemoryTests {
    @Test func isSharedByAllThreads() async throws {
        let memory = SubscriptionMemory()
        await withTaskGroup { group in
            for index in 0..<100 {
                group.addTask {
                    guard let pattern = ChannelPattern("topics/\(index)") else { return }
                    memory.remember(pattern, of: "x")
                    if index.isMultiple(of: 2) { memory.forget(pattern, of: "x") }
                }
            }
        }
        #expect(memory.patterns(of: "x").count == 50)
        #expect(memory.counters == (0, 0))
    }
}
