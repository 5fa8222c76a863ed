extension EventLoop {
    /// Runs `body` with a loop of its own, on the loop's thread with all its child tasks: work that takes a processor
    /// for long and lets all others go first.
    ///
    /// Returns when the loop has ended. Actors that live on it must not be used afterwards.
    package static func withYielding<Value: Sendable, Failure: Error>(
        name: String,
        _ body: @Sendable (EventLoop) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let loop = EventLoop(name: name, yields: true)
        loop.start()
        let result: Result<Value, Failure>
        do throws(Failure) {
            let value = try await withTaskExecutorPreference(LoopTaskExecutor(loop)) { () async throws(Failure) in
                try await body(loop)
            }
            result = .success(value)
        } catch {
            result = .failure(error)
        }
        // The end of a preference doesn't leave the loop's thread, which can't wait for its own end.
        await Task.detached { loop.stop() }.value
        return try result.get()
    }
}
