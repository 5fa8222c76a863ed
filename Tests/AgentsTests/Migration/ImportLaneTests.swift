import Bus
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Agents

struct ImportLaneTests {
    /// Writes down what it is asked for, and refuses what it is told to.
    private final class Store: ImportChunkStore {
        struct State {
            var steps: [String] = []
            var failing: Set<String> = []
        }

        let state = Lock(State())

        func take(_ step: String) throws(StorageError) {
            let fails = state.withLock { state in
                state.steps.append(step)
                return state.failing.contains(step)
            }
            if fails { throw StorageError(.unavailable, step) }
        }

        func write(_ chunk: ImportChunk) async throws(StorageError) -> Int {
            try take("write \(chunk.checkpoint.text)")
            return 0
        }

        func stage(_ chunk: ImportChunk) -> StagedChunk {
            let text = chunk.checkpoint.text
            state.withLock { $0.steps.append("stage \(text)") }
            return StagedChunk { () async throws(StorageError) in
                try self.take("finish \(text)")
            } discard: {
                self.state.withLock { $0.steps.append("discard \(text)") }
            }
        }

        func fail(_ steps: Set<String>) { state.withLock { $0.failing = steps } }

        /// The steps since the last time.
        var steps: [String] {
            state.withLock { state in
                defer { state.steps = [] }
                return state.steps
            }
        }
    }

    private let store = Store()
    private let id = UUIDGenerator().next(at: .now())

    private func chunk(_ text: String) -> ImportChunk {
        ImportChunk(run: 1, mayRepeat: false, checkpoint: JobCheckpoint(jobID: id, text: text, time: .now()))
    }

    @Test func theNextOneIsBegunWithBeforeTheOneInFrontIsStored() async throws {
        var lane = ImportLane(store)
        #expect(try await lane.write(chunk("1")) == nil)
        #expect(try await lane.write(chunk("2"))?.text == "1")
        #expect(store.steps == ["stage 1", "stage 2", "finish 1"])
        #expect(try await lane.finish()?.text == "2")
        #expect(try await lane.finish() == nil)
        #expect(store.steps == ["finish 2"])
    }

    @Test func whatFailsIsWrittenAgainWithNothingUnderWay() async throws {
        store.fail(["finish 1", "finish 2"])
        var lane = ImportLane(store)
        _ = try await lane.write(chunk("1"))
        #expect(try await lane.write(chunk("2"))?.text == "1")
        #expect(store.steps == ["stage 1", "stage 2", "finish 1", "discard 2", "write 1", "stage 2"])
        #expect(try await lane.finish()?.text == "2")
        #expect(store.steps == ["finish 2", "write 2"])
    }

    @Test func whatCanNotBeWrittenLeavesNothingUnderWay() async throws {
        store.fail(["finish 1", "write 1"])
        var lane = ImportLane(store)
        _ = try await lane.write(chunk("1"))
        await #expect(throws: StorageError.self) { try await lane.write(chunk("2")) }
        await lane.discard()
        #expect(try await lane.finish() == nil)
        #expect(store.steps == ["stage 1", "stage 2", "finish 1", "discard 2", "write 1"])
    }

    @Test func whatIsGivenUpIsDiscardedOnce() async throws {
        var lane = ImportLane(store)
        var chunk = chunk("1")
        chunk.matches = [ImportMatch(importedID: id, liveID: id)]
        _ = try await lane.write(chunk)
        #expect(lane.matches == chunk.matches)
        await lane.discard()
        await lane.discard()
        #expect(store.steps == ["stage 1", "discard 1"] && lane.matches.isEmpty)
    }
}
