import Bus
import TestSupport
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(2))) struct HistoryStoreTests {
    private let limits = HistoryLimits(depth: 5, age: 1 << 40)

    private let channel = ChannelName("topics/kept") ?? .global

    /// A bus with its history in a folder. `isKilled` leaves the files as a killed process does.
    private func withBus(
        _ folder: TemporaryFolder,
        isKilled: Bool = false,
        _ body: (Bus) async throws -> Void
    ) async throws {
        let data = try DataFolder(path: folder.path)
        let (store, setup) = try HistoryStore.open(folder: data, limits: limits)
        let bus = Bus(loops: 2)
        try await bus.start()
        // A keeper that never gets to write is as good as one whose process is killed before.
        let keeper = isKilled ? nil : setup.keeper
        await bus.keepHistory(
            HistorySetup(
                limits: limits,
                keeper: keeper,
                marks: setup.marks,
                restored: setup.restored,
                retained: setup.retained
            )
        )
        try await body(bus)
        let isWhole = isKilled ? false : await bus.flushHistory()
        try await store.close(isWhole: isWhole)
        try await onOwnThread { bus.stop() }
    }

    private func publish(_ numbers: ClosedRange<Int>, on bus: Bus) async throws {
        for number in numbers {
            bus.publish(Message(channel: channel, event: "x.n", data: Array("\(number)".utf8)))
        }
        // Whatever was published before is in the history when its loop has answered.
        for shard in bus.shards { _ = await shard.gauges() }
    }

    private func numbers(_ bus: Bus, after offset: Int64? = nil) async throws -> [String] {
        try #require(await bus.history(of: channel, after: offset, limit: 100)).events
            .map { String(decoding: $0.data, as: UTF8.self) }
    }

    private func opened(_ folder: TemporaryFolder, _ body: (HistoryStore) async throws -> Void) async throws {
        let (store, _) = try HistoryStore.open(folder: try DataFolder(path: folder.path), limits: limits)
        try await body(store)
        try await store.close(isWhole: true)
    }

    @Test func `keeps listeners`() async throws {
        let folder = try TemporaryFolder()
        let patterns = ["global", "topics/*"].compactMap(ChannelPattern.init)
        let bob = KeptListener(agentID: "bob ␀", patterns: patterns, leftAt: nil)
        let alice = KeptListener(agentID: "alice", patterns: patterns, leftAt: Timestamp(milliseconds: 7))
        try await opened(folder) { (store: HistoryStore) async throws in
            #expect(try await store.listeners() == [])
            store.keep([alice, KeptListener(agentID: "eve", patterns: patterns, leftAt: nil)])
            store.keep([KeptListener(agentID: "eve", patterns: [], leftAt: nil), bob])
            // Behind what was to be written.
            #expect(try await store.listeners() == [alice, bob])
        }
        try await opened(folder) { (store: HistoryStore) async throws in
            #expect(try await store.listeners() == [alice, bob])
        }
    }

    @Test func `takes over a file without listeners`() async throws {
        let folder = try TemporaryFolder()
        try await opened(folder) { _ in }
        let file = try SQLiteConnection(path: folder.file("history.db"), name: "test", access: .writing)
        try file.execute("DROP TABLE listeners")
        try file.execute("PRAGMA user_version = 1")
        try file.close()
        try await opened(folder) { (store: HistoryStore) async throws in #expect(try await store.listeners() == []) }
    }

    @Test func `goes on after a clean end`() async throws {
        let folder = try TemporaryFolder()
        var epoch: String?
        try await withBus(folder) { bus in
            try await publish(1...8, on: bus)
            epoch = await bus.history(of: channel, after: nil, limit: 1)?.position.epoch
        }
        try await withBus(folder) { bus in
            let page = try #require(await bus.history(of: channel, after: nil, limit: 100))
            #expect(page.position == HistoryPosition(offset: 8, epoch: epoch ?? ""))
            #expect(page.floor == 3)
            #expect(try await numbers(bus) == ["4", "5", "6", "7", "8"])
            #expect(page.events.first?.sender == nil && page.events.first?.event == "x.n")
            try await publish(9...9, on: bus)
            #expect(try await numbers(bus, after: 8) == ["9"])
        }
        try await withBus(folder) { bus in
            let kept = try await numbers(bus)
            #expect(kept == ["5", "6", "7", "8", "9"])
        }
    }

    @Test func `after a kill no offset comes again, and what was lost is known`() async throws {
        let folder = try TemporaryFolder()
        try await withBus(folder) { bus in
            try await publish(1...3, on: bus)
        }
        try await withBus(folder, isKilled: true) { bus in
            try await publish(4...5, on: bus)
        }
        try await withBus(folder) { bus in
            let page = try #require(await bus.history(of: channel, after: nil, limit: 100))
            #expect(page.position.offset == 5 && page.floor == 5)
            #expect(try await numbers(bus) == ["1", "2", "3"])
            try await publish(6...6, on: bus)
            #expect(try await numbers(bus, after: 5) == ["6"])
        }
    }

    @Test func `after a power failure the count leaps`() throws {
        let channel = HistoryFile.Channel(id: 1, name: "topics/a", epoch: "e", last: 7, floor: 2)
        let key = OffsetMarks.key(channel: "topics/a", epoch: "e")
        func last(_ offsets: [UInt64: Int64], _ isTrustworthy: Bool) -> Int64 {
            HistoryStore.last(of: channel, OffsetMarks.Previous(offsets: offsets, isTrustworthy: isTrustworthy))
        }
        #expect(last([key: 9], true) == 9)
        #expect(last([key: 7], true) == 7)
        #expect(last([key: 9], false) == 7 + HistoryStore.leap)
        #expect(last([:], true) == 7 + HistoryStore.leap)
        #expect(HistoryStore.last(of: channel, nil) == 7 + HistoryStore.leap)
    }

    @Test func `keeps retained values`() async throws {
        let folder = try TemporaryFolder()
        let jobs = try ["jobs/a", "jobs/b"].map { try #require(ChannelName($0)) }
        try await withBus(folder) { bus in
            for (job, data) in [(jobs[0], "1"), (jobs[1], "2"), (jobs[0], "null")] {
                bus.publish(Message(channel: job, event: "job.x", data: Array(data.utf8), isRetained: true))
            }
            for shard in bus.shards { _ = await shard.gauges() }
        }
        try await withBus(folder) { bus in
            let values = bus.retained.values(for: try #require(ChannelPattern("jobs/*")))
            #expect(values.map(\.channel) == [jobs[1]])
            #expect(values.map { Array($0.data) } == [Array("2".utf8)])
        }
    }

    @Test func `the last retained value is kept, whichever loop hands in its batch last`() async throws {
        let folder = try TemporaryFolder()
        let job = try #require(ChannelName("jobs/a"))
        @Sendable func value(_ text: String) -> Message {
            Message(channel: job, event: "job.x", data: Array(text.utf8), isRetained: true)
        }
        let (store, setup) = try HistoryStore.open(folder: try DataFolder(path: folder.path), limits: limits)
        let bus = Bus(loops: 2)
        try await bus.start()
        let keeper = SwappingKeeper(store)
        await bus.keepHistory(HistorySetup(limits: limits, keeper: keeper, marks: setup.marks))
        bus.shards[0].runHere { $0.publish(value("1")) }
        await keeper.batches.wait { $0 == 1 }
        bus.shards[1].runHere { $0.publish(value("2")) }
        #expect(await bus.flushHistory())
        try await store.close(isWhole: true)
        try await onOwnThread { bus.stop() }
        try await withBus(folder) { bus in
            #expect(bus.retained.value(on: job.text).map { Array($0.data) } == Array("2".utf8))
        }
    }
}

/// Hands in the second batch before the first.
private final class SwappingKeeper: HistoryKeeper {
    private let store: HistoryStore
    private let first = Lock<(@Sendable () -> Void)?>(nil)
    let batches = Watched(0)

    init(_ store: HistoryStore) { self.store = store }

    func write(_ batch: HistoryBatch, _ retained: RetainedValues, done: @escaping @Sendable (Bool) -> Void) {
        let isFirst = batches.value == 0
        if isFirst {
            first.withLock { $0 = { [store] in store.write(batch, retained, done: done) } }
        } else {
            store.write(batch, retained, done: done)
            first.withLock { first in
                defer { first = nil }
                return first
            }?()
        }
        batches.update { $0 += 1 }
    }
}

struct OffsetMarksTests {
    @Test func `a file that was left tells the newest offsets`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/marks"
        #expect(OffsetMarks.read(path) == nil)
        let marks = OffsetMarks(path: path, capacity: 8)
        marks.replace()
        let previous = try #require(OffsetMarks.read(path))
        #expect(previous.offsets.isEmpty && previous.isTrustworthy, "the machine has not been started anew")
        marks.noteCleanEnd()
        #expect(OffsetMarks.read(path)?.isTrustworthy == true)
    }
}
