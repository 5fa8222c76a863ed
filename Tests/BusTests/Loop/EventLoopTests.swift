import Bus
import Glibc
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct EventLoopTests {
    /// Starts a loop for `body` and stops it, which blocks, on a thread of its own.
    private func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        try await body(loop)
        try await onOwnThread { loop.stop() }
    }

    /// An actor that lives on the loop.
    private actor Inhabitant {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
        var count = 0

        init(_ loop: EventLoop) { self.loop = loop }

        func add() { count += 1 }

        func stays() async -> [Bool] {
            var isHere = [loop.isCurrent]
            await Task.yield()
            isHere.append(loop.isCurrent)
            await onAnotherExecutor()
            isHere.append(loop.isCurrent)
            return isHere
        }

        @concurrent nonisolated func onAnotherExecutor() async { #expect(!loop.isCurrent) }
    }

    @Test func `runs work and jobs in the order of each thread`() async throws {
        try await withLoop { loop in
            let ran = Watched<[Int]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread in 0..<4 {
                    group.addTask {
                        try await onOwnThread {
                            for number in 0..<1000 {
                                loop.execute { ran.update { $0.append(thread * 10_000 + number) } }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let numbers = await ran.wait { $0.count == 4000 }
            for thread in 0..<4 {
                #expect(numbers.filter { $0 / 10_000 == thread } == (0..<1000).map { thread * 10_000 + $0 })
            }
        }
    }

    @Test func `takes what was queued together in one turn`() async throws {
        try await withLoop { loop in
            let turns = Watched<[UInt64]>([])
            // While the loop is held here, the rest is queued behind it and makes one batch.
            let isHeld = Watched(false)
            let gate = Lock(false)
            loop.execute {
                isHeld.update { $0 = true }
                while !gate.withLock({ $0 }) { sched_yield() }
            }
            await isHeld.wait { $0 }
            for _ in 0..<100 { loop.execute { turns.update { $0.append(loop.turns) } } }
            gate.withLock { $0 = true }
            let seen = await turns.wait { $0.count == 100 }
            #expect(Set(seen).count == 1)
        }
    }

    @Test func `work queued by work runs in the next turn`() async throws {
        try await withLoop { loop in
            let turns = Watched<[UInt64]>([])
            loop.execute {
                turns.update { $0.append(loop.turns) }
                loop.execute { turns.update { $0.append(loop.turns) } }
            }
            let seen = await turns.wait { $0.count == 2 }
            #expect(seen[1] == seen[0] + 1)
        }
    }

    @Test func `actors stay on their loop`() async throws {
        try await withLoop { loop in
            let inhabitant = Inhabitant(loop)
            #expect(await inhabitant.stays() == [true, true, true])
            #expect(!loop.isCurrent)
            #expect(loop.isIsolatingCurrentContext() == false)
        }
    }

    @Test func `a timer enters an actor without a hop`() async throws {
        try await withLoop { loop in
            let inhabitant = Inhabitant(loop)
            let done = Watched(0)
            loop.execute {
                let timer = try? LoopTimer(on: loop) {
                    inhabitant.assumeIsolated { $0.add() }
                    done.update { $0 += 1 }
                }
                timer?.schedule(after: 0)
            }
            await done.wait { $0 == 1 }
            #expect(await inhabitant.count == 1)
        }
    }

    @Test func `keeps the tasks that prefer it`() async throws {
        try await withLoop { loop in
            let executor = LoopTaskExecutor(loop)
            let task = Task(executorPreference: executor) {
                var isHere = [loop.isCurrent]
                for _ in 0..<10 {
                    await Task.yield()
                    isHere.append(loop.isCurrent)
                }
                await withTaskGroup { group in
                    for _ in 0..<10 { group.addTask { loop.isCurrent } }
                    for await result in group { isHere.append(result) }
                }
                isHere.append(loop.isCurrent)
                return isHere
            }
            #expect(await task.value.allSatisfy { $0 })
        }
    }

    @Test(arguments: 0..<20)
    func `stops with open handles and runs what is queued`(round: Int) async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        let ran = Watched(0)
        loop.execute {
            for _ in 0..<10 {
                let timer = try? LoopTimer(on: loop) {}
                timer?.schedule(after: 3_600_000)
            }
        }
        for _ in 0..<100 {
            loop.execute {
                ran.update { $0 += 1 }
                loop.execute { ran.update { $0 += 1 } }
            }
        }
        try await onOwnThread { loop.stop() }
        #expect(ran.value == 200)
        #expect(!loop.execute { ran.update { $0 += 1 } }, "a stopped loop says that it takes nothing")
        #expect(ran.value == 200)
    }

    /// The last waker may still be inside `uv_async_send` when the loop that it has woken is told to stop.
    @Test(arguments: 0..<200)
    func `stops while others queue work`(round: Int) async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        let taken = Watched(0)
        let ran = Watched(0)
        async let queued: Void = onOwnThread {
            for _ in 0..<200 where loop.execute({ ran.update { $0 += 1 } }) { taken.update { $0 += 1 } }
        }
        await ran.wait { $0 > 0 }
        try await onOwnThread { loop.stop() }
        try await queued
        #expect(taken.value == ran.value, "what was taken was run")
    }

    @Test func `work that queues itself does not starve a descriptor`() async throws {
        try await withLoop { loop in
            let isReady = Watched(false)
            let isOver = Lock(false)
            let pipe = try Pipe()
            @Sendable func again() {
                if !isOver.withLock({ $0 }) { loop.execute(again) }
            }
            loop.execute(again)
            loop.execute {
                let watcher = try? DescriptorWatcher(pipe.output, on: loop) { _ in isReady.update { $0 = true } }
                watcher?.wait(for: .readable)
                pipe.write()
            }
            await isReady.wait { $0 }
            isOver.withLock { $0 = true }
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct LoopTimerTests {
    @Test func `fires once, again and again, or never`() async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        let fired = Watched<[String]>([])
        loop.execute {
            let never = try? LoopTimer(on: loop) { fired.update { $0.append("never") } }
            never?.schedule(after: 1)
            never?.cancel()
            let once = try? LoopTimer(on: loop) { fired.update { $0.append("once") } }
            once?.schedule(after: 1)
            let own = Own()
            own.timer = try? LoopTimer(on: loop) { [own] in
                fired.update { $0.append("often") }
                own.count += 1
                if own.count == 3 {
                    own.timer?.close()
                    own.timer?.close()
                    own.timer?.schedule(after: 1)
                    own.timer?.cancel()
                    own.timer = nil
                    fired.update { $0.append("closed") }
                }
            }
            own.timer?.schedule(after: 1, every: 1)
        }
        let seen = await fired.wait { $0.contains("closed") && $0.contains("once") }
        try await onOwnThread { loop.stop() }
        #expect(seen.count { $0 == "often" } == 3)
        #expect(fired.value.count { $0 == "once" } == 1)
        #expect(!fired.value.contains("never"))
    }

    private final class Own {
        var timer: LoopTimer?
        var count = 0
    }

    @Test func `work that yields runs on a thread of its own with its children, and the thread ends`() async throws {
        @Sendable func niceness() -> Int32 { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let usual = niceness()
        let kept = Watched<EventLoop?>(nil)
        let found = try await EventLoop.withYielding(name: "test-yielding") { (loop) async throws(BusError) in
            kept.update { $0 = loop }
            async let child = (loop.isCurrent, niceness())
            let (isHere, childNiceness) = await child
            #expect(isHere && loop.isCurrent)
            return childNiceness
        }
        #expect(found == min(usual + 10, 19))
        let loop = try #require(await kept.wait { $0 != nil })
        #expect(!loop.isCurrent && !loop.execute {})
        await #expect(throws: BusError.self) {
            try await EventLoop.withYielding(name: "test-yielding") { (_: EventLoop) async throws(BusError) -> Int in
                throw BusError(.closed, "test")
            }
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct DescriptorWatcherTests {
    @Test func `tells what is ready and stops when told`() async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        let pipe = try Pipe()
        let seen = Watched<[DescriptorWatcher.Readiness]>([])
        let own = Own()
        loop.execute {
            own.watcher = try? DescriptorWatcher(pipe.output, on: loop) { result in
                guard case .success(let readiness) = result else { return }
                // Level-triggered: not read, the descriptor stays ready until nobody waits any more.
                if seen.value.count == 2 { own.watcher?.wait(for: []) }
                seen.update { $0.append(readiness) }
            }
            own.watcher?.wait(for: .readable)
        }
        pipe.write()
        await seen.wait { $0.count == 3 }
        loop.execute {
            own.watcher?.close()
            own.watcher?.wait(for: .readable)
            own.watcher = nil
        }
        try await onOwnThread { loop.stop() }
        #expect(seen.value == [.readable, .readable, .readable])
    }

    @Test func `refuses a descriptor that is none`() async throws {
        let loop = EventLoop(name: "test-loop")
        loop.start()
        let codes = Watched<[BusError.Code?]>([])
        loop.execute {
            do throws(BusError) {
                _ = try DescriptorWatcher(1_000_000, on: loop) { _ in }
                codes.update { $0.append(nil) }
            } catch {
                let code = error.code
                codes.update { $0.append(code) }
            }
        }
        try await onOwnThread { loop.stop() }
        #expect(codes.value == [.system])
    }

    /// Touched on the loop only.
    private final class Own: @unchecked Sendable {
        // Sendable although mutable: the loop's thread alone reads and writes it.
        var watcher: DescriptorWatcher?
    }
}
