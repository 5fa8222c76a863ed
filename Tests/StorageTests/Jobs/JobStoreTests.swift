import Bus
import TestSupport
import Testing

@testable import Storage

struct JobStoreTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func job(_ owner: String = "me", _ state: JobRecord.State = .running) -> JobRecord {
        var job = JobRecord(
            id: testIDs.next(at: testTime),
            kind: "migration",
            owner: owner,
            arguments: #"{"a":"é\u0000"}"#,
            at: testTime
        )
        job.state = state
        return job
    }

    @Test(arguments: StoreKind.allCases)
    func aJobIsKeptAsItIs(kind: StoreKind) async throws {
        let durable = try await kind.open([], in: folder)
        let store = durable.jobs
        var first = job()
        try await store.save(first)
        #expect(try await store.job(first.id) == first)
        let later = Timestamp(milliseconds: testTime.milliseconds + 5)
        try await store.save(JobCheckpoint(jobID: first.id, text: #"{"row":1}"#, time: later))
        first.state = .failed
        first.message = "a\0b"
        first.report = "{}"
        first.progress = #"{"rows":1}"#
        first.updatedAt = later
        // What a job is told of its own row doesn't have the checkpoint, and must not take it away.
        try await store.save(first)
        first.checkpoint = #"{"row":1}"#
        #expect(try await store.job(first.id) == first)
        #expect(try await store.job(testIDs.next(at: testTime)) == nil)
        try await durable.close()
    }

    @Test(arguments: StoreKind.allCases)
    func aServerFindsItsOwnUnfinishedJobs(kind: StoreKind) async throws {
        let durable = try await kind.open([], in: folder)
        let store = durable.jobs
        let jobs = [job(), job("other"), job("me", .paused), job(), job("me", .completed)]
        for job in jobs { try await store.save(job) }
        #expect(try await store.unfinishedJobs(of: "me") == [jobs[0], jobs[2], jobs[3]])
        #expect(try await store.jobs(limit: 3) == [jobs[4], jobs[3], jobs[2]])
        try await durable.close()
    }
}
