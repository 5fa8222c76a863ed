import Bus
import Testing

@testable import Agents

struct BackgroundTasksTests {
    @Test func theEndWaitsForWhatIsUnderWayAndBeginsNothing() async {
        let tasks = BackgroundTasks()
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let done = Lock<[Int]>([])
        tasks.run {
            for await _ in gate { break }
            done.withLock { $0.append(1) }
        }
        let end = Task {
            await tasks.finish()
            return done.withLock { $0 }
        }
        opener.yield()
        #expect(await end.value == [1])
        tasks.run { done.withLock { $0.append(2) } }
        #expect(tasks.begin() == false)
        await tasks.finish()
        #expect(done.withLock { $0 } == [1])
    }
}
