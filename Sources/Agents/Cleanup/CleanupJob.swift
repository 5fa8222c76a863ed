internal import Foundation
internal import Storage

/// Deletes what is old and closes silent sessions now, to the last row, instead of a part every minute.
struct CleanupJob<C: Clock>: JobWork where C.Duration == Duration {
    let cleaner: Cleaner<C>
    let jobs: any JobStore

    func run(_ context: JobContext) async throws(AgentsError) -> String {
        var before = CleanupPass()
        if let text = context.checkpoint,
            let known = try? JSONDecoder().decode(CleanupPass.self, from: Data(text.utf8))
        {
            before = known
        }
        do {
            let pass = try await cleaner.pass(after: before) { pass, rows in
                try context.check()
                let checkpoint = context.checkpoint(MigrationJSON.text(pass))
                try await jobs.save(checkpoint)
                context.reached(checkpoint)
                context.took(rows: rows)
                context.progress(Array(checkpoint.text.utf8))
            }
            return MigrationJSON.text(pass)
        } catch let error as StorageError {
            throw AgentsError(error)
        } catch let error as AgentsError {
            throw error
        } catch is AnotherCleans {
            throw AgentsError(.unavailable, "Another server cleans up at this moment")
        } catch {
            throw AgentsError(.internalFailure, "The clean-up was stopped")
        }
    }
}

extension JobKind {
    /// `cleanup`; it takes no arguments.
    static func cleanup(by cleaner: Cleaner<some Clock<Duration>>, in jobs: any JobStore) -> JobKind {
        JobKind("cleanup") { _ in CleanupJob(cleaner: cleaner, jobs: jobs) }
    }
}
