import Bus
import Storage
import TestSupport

/// Jobs in memory.
final class JobStoreProbe: JobStore {
    struct Contents {
        var jobs: [UUIDv7: JobRecord] = [:]
        var failure: StorageError?
    }

    let contents = Watched(Contents())

    private func check() throws(StorageError) {
        if let failure = contents.value.failure { throw failure }
    }

    func save(_ job: JobRecord) async throws(StorageError) {
        try check()
        contents.update { contents in
            var job = job
            job.checkpoint = contents.jobs[job.id]?.checkpoint
            contents.jobs[job.id] = job
        }
    }

    func save(_ checkpoint: JobCheckpoint) async throws(StorageError) {
        try check()
        contents.update { $0.jobs[checkpoint.jobID]?.checkpoint = checkpoint.text }
    }

    func job(_ id: UUIDv7) async throws(StorageError) -> JobRecord? {
        try check()
        return contents.value.jobs[id]
    }

    func jobs(limit: Int) async throws(StorageError) -> [JobRecord] {
        try check()
        return Array(contents.value.jobs.values.sorted { $0.id > $1.id }.prefix(limit))
    }

    func unfinishedJobs(of owner: String) async throws(StorageError) -> [JobRecord] {
        try check()
        return contents.value.jobs.values.filter { $0.owner == owner && !$0.state.isOver }.sorted { $0.id < $1.id }
    }
}
