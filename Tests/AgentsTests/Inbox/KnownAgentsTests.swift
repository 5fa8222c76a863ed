import Bus
import Storage
import Testing

@testable import Agents

struct KnownAgentsTests {
    private let journal = JournalProbe()
    private let store = MessageStoreProbe()
    private let tasks = BackgroundTasks()
    private let time = Timestamp(milliseconds: 1_795_428_000_000)

    private func agents() -> KnownAgents {
        let time = time
        return KnownAgents(journal: journal, store: store, tasks: tasks, now: { time })
    }

    @Test func whoIsSeenIsKnownAndNotedOnce() async {
        let agents = agents()
        #expect(await agents.knows("bob") == false)
        agents.see("bob")
        agents.see("bob")
        #expect(await agents.knows("bob"))
        await tasks.finish()
        #expect(journal.records == [.sighting(SightingRecord(agentID: "bob", createdAt: time))])
        #expect(store.questions.withLock { $0 } == 1)
    }

    @Test func theStoreIsAskedOnceForThoseItKnows() async {
        store.known.withLock { $0 = ["bob"] }
        let agents = agents()
        #expect(await agents.knows("bob"))
        #expect(await agents.knows("bob"))
        #expect(store.questions.withLock { $0 } == 1)
    }

    @Test func whoMayBeInAStoreThatIsAwayIsNotKnown() async {
        store.failure.withLock { $0 = StorageError(.unavailable, "away") }
        #expect(await agents().knows("bob") == false)
    }

    @Test func memoryIsBounded() async {
        let agents = agents()
        for number in 0...KnownAgents.limit { agents.see("agent\(number)") }
        #expect(await agents.knows("agent\(KnownAgents.limit)"))
        #expect(store.questions.withLock { $0 } == 0)
        // Forgotten, and not in this store.
        #expect(await agents.knows("agent0") == false)
        await tasks.finish()
    }
}
