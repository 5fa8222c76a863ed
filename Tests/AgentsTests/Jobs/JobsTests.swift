import Bus
import Storage
import TestSupport
import Testing

@testable import Agents

/// Counts to three, one step each time it is let; keeps each step as its checkpoint.
private struct CountingWork: JobWork {
    let store: JobStoreProbe
    let steps: Watched<Int>
    let failures: Watched<[AgentsError]>
    let begun: Watched<[String?]>

    func run(_ context: JobContext) async throws(AgentsError) -> String {
        begun.update { $0.append(context.checkpoint) }
        if let failure = failures.value.first {
            failures.update { $0.removeFirst() }
            throw failure
        }
        var count = context.checkpoint.flatMap { Int($0) } ?? 0
        while count < 3 {
            try context.check()
            while steps.value <= count {
                try context.check()
                await Task.yield()
            }
            count += 1
            let checkpoint = context.checkpoint("\(count)")
            do { try await store.save(checkpoint) } catch { throw AgentsError(error) }
            context.reached(checkpoint)
            context.took(rows: 10)
            context.rejected(Array("{\"row\":\(count)}".utf8))
            context.progress(Array("{\"count\":\(count)}".utf8))
        }
        return "{\"counted\":\(count)}"
    }
}

struct JobsTests {
    private let store = JobStoreProbe()
    private let publisher = PublisherProbe()
    private let steps = Watched(0)
    private let failures = Watched<[AgentsError]>([])
    private let begun = Watched<[String?]>([])
    private let waits = Watched(0)

    private func jobs(owner: String = "me") -> Jobs {
        let work = CountingWork(store: store, steps: steps, failures: failures, begun: begun)
        return Jobs(
            kinds: ["count", "count.again", "other"].map { name in
                JobKind(name) { arguments throws(AgentsError) in
                    var arguments = arguments
                    if arguments.text("colour") == "pink" { arguments.problem("colour", "no pink") }
                    try arguments.check()
                    return work
                }
            },
            store: store,
            owner: owner,
            publisher: publisher,
            wait: { [waits] _ in
                waits.update { $0 += 1 }
                await Task.yield()
                try Task.checkCancellation()
            }
        )
    }

    private func ended(_ id: UUIDv7, _ state: JobRecord.State) async -> JobRecord? {
        await store.contents.wait { $0.jobs[id]?.state == state }.jobs[id]
    }

    @Test func aJobRunsToItsEndAndTellsOfIt() async throws {
        steps.update { $0 = 3 }
        let jobs = jobs()
        let begun = try await jobs.start(kind: "count", arguments: Array(#"{"type":"count"}"#.utf8))
        let job = await ended(begun.id, .completed)
        #expect(job?.report == #"{"counted":3}"#)
        #expect(job?.checkpoint == "3")
        await jobs.stop()
        let lines = publisher.lines
        #expect(lines.allSatisfy { $0.hasPrefix("jobs/\(begun.id) job.") })
        #expect(lines.first?.contains("job.progress") == true)
        #expect(lines.last?.contains("job.completed") == true && lines.last?.contains(#""counted":3"#) == true)
        #expect(try await jobs.job(begun.id).state == .completed)
    }

    @Test func howAJobIsStaysOnItsChannel() async throws {
        let jobs = jobs()
        let begun = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        #expect(publisher.retained.count == 1 && publisher.retained[0].contains(#""state":"running""#))
        _ = try await jobs.pause(begun.id)
        #expect(publisher.retained.last?.contains(#"job.progress {"id":"\#(begun.id)""#) == true)
        #expect(publisher.retained.last?.contains(#""state":"paused""#) == true)
        _ = try await jobs.cancel(begun.id)
        #expect(publisher.retained.last?.contains(#""state":"cancelled""#) == true)
        steps.update { $0 = 3 }
        let second = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        _ = await ended(second.id, .completed)
        await jobs.stop()
        #expect(publisher.retained.last?.hasPrefix("jobs/\(second.id) job.completed ") == true)
        #expect(publisher.lines.filter { $0.contains("job.rejected") }.count == 3)
        #expect(!publisher.retained.contains { $0.contains("job.rejected") })
    }

    @Test func jobsAreCountedByKindAndState() async throws {
        let jobs = jobs()
        func counts(_ name: String) -> JobFigures.Kind? { jobs.figures.all.first { $0.name == name }?.counts }
        let first = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        #expect(counts("count")?.running == 1)
        _ = try await jobs.pause(first.id)
        #expect(counts("count")?.running == 0 && counts("count")?.paused == 1)
        // A server that is started now finds one that is paused.
        let after = self.jobs()
        await after.run()
        #expect(after.figures.all.first { $0.name == "count" }?.counts.paused == 1)
        steps.update { $0 = 3 }
        _ = try await jobs.resume(first.id)
        _ = await ended(first.id, .completed)
        failures.update { $0 = [AgentsError(.conflict, "no way")] }
        let second = try await jobs.start(kind: "other", arguments: Array("{}".utf8))
        _ = await ended(second.id, .failed)
        await jobs.stop()
        var expected = JobFigures.Kind()
        (expected.completed, expected.rows, expected.rejected) = (1, 30, 3)
        #expect(counts("count") == expected)
        #expect(counts("other")?.failed == 1 && counts("other")?.rows == 0)
        #expect(jobs.figures.all.map(\.name) == ["count", "count.again", "other"])
    }

    @Test func whatIsWrongWithAJobIsSaid() async throws {
        let jobs = jobs()
        await #expect(throws: AgentsError.self) { try await jobs.start(kind: "none", arguments: Array("{}".utf8)) }
        await #expect(throws: AgentsError.self) { try await jobs.start(kind: "count", arguments: Array("[".utf8)) }
        let error = await #expect(throws: AgentsError.self) {
            try await jobs.start(kind: "count", arguments: Array(#"{"colour":"pink"}"#.utf8))
        }
        #expect(error?.problems.map(\.field) == ["colour"])
        #expect(store.contents.value.jobs.isEmpty)
    }

    @Test func ofOneRoomOneJobRuns() async throws {
        let jobs = jobs()
        let first = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        let error = await #expect(throws: AgentsError.self) {
            try await jobs.start(kind: "count.again", arguments: Array("{}".utf8))
        }
        #expect(error?.code == .conflict)
        _ = try await jobs.start(kind: "other", arguments: Array("{}".utf8))
        steps.update { $0 = 3 }
        _ = await ended(first.id, .completed)
        await jobs.stop()
    }

    @Test func aPausedJobGoesOnWhereItWas() async throws {
        let jobs = jobs()
        steps.update { $0 = 1 }
        let job = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        await store.contents.wait { $0.jobs[job.id]?.checkpoint == "1" }
        #expect(try await jobs.pause(job.id).state == .paused)
        #expect(store.contents.value.jobs[job.id]?.state == .paused)
        steps.update { $0 = 3 }
        #expect(try await jobs.resume(job.id).state == .running)
        #expect(await ended(job.id, .completed)?.report == #"{"counted":3}"#)
        #expect(begun.value == [nil, "1"])
        await jobs.stop()
    }

    @Test func aCancelledJobIsOver() async throws {
        let jobs = jobs()
        let job = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        #expect(try await jobs.cancel(job.id).state == .cancelled)
        await #expect(throws: AgentsError.self) { try await jobs.resume(job.id) }
        #expect(try await jobs.cancel(job.id).state == .cancelled)
        await #expect(throws: AgentsError.self) { try await jobs.pause(job.id) }
        await jobs.stop()
    }

    @Test func whatMayPassIsTriedAgainAndTheRestFails() async throws {
        let jobs = jobs()
        steps.update { $0 = 3 }
        failures.update { $0 = [AgentsError(.unavailable, "away"), AgentsError(.storageFull, "full")] }
        let first = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        #expect(await ended(first.id, .completed)?.message == nil)
        #expect(waits.value == 2 && begun.value.count == 3)
        failures.update { $0 = [AgentsError(.conflict, "no way")] }
        let second = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        #expect(await ended(second.id, .failed)?.message == "no way")
        await jobs.stop()
        #expect(publisher.lines.last?.contains("job.failed") == true)
    }

    @Test func aRestartGoesOnWithWhatWasRunning() async throws {
        let before = jobs()
        steps.update { $0 = 2 }
        let job = try await before.start(kind: "count", arguments: Array("{}".utf8))
        await store.contents.wait { $0.jobs[job.id]?.checkpoint == "2" }
        await before.stop()
        #expect(store.contents.value.jobs[job.id]?.state == .running)
        await jobs(owner: "another").run()
        steps.update { $0 = 3 }
        let after = jobs()
        await after.run()
        #expect(await ended(job.id, .completed)?.report == #"{"counted":3}"#)
        #expect(begun.value == [nil, "2"])
        await after.stop()
    }

    @Test func aStoreThatIsAwayRefusesNewJobsAndIsWaitedForAtTheStart() async throws {
        let jobs = jobs()
        store.contents.update { $0.failure = StorageError(.unavailable, "away") }
        let error = await #expect(throws: AgentsError.self) {
            try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        }
        #expect(error?.code == .unavailable)
        let run = Task { await jobs.run() }
        await waits.wait { $0 > 1 }
        store.contents.update { $0.failure = nil }
        await run.value
        steps.update { $0 = 3 }
        let job = try await jobs.start(kind: "count", arguments: Array("{}".utf8))
        _ = await ended(job.id, .completed)
        await jobs.stop()
    }
}
