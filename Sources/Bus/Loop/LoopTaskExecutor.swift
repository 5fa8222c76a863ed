/// Runs tasks that prefer a loop (SE-0417): `Task(executorPreference: LoopTaskExecutor(loop))`.
///
/// A type of its own and not a second conformance of `EventLoop`: both protocols enqueue through the same method, and
/// a job has to be run with the preference exactly if it came through this one; otherwise each call between actors of
/// one loop would be queued again instead of run in place.
package final class LoopTaskExecutor: TaskExecutor {
    private let loop: EventLoop

    /// An executor on `loop`; the loop must run as long as its tasks.
    package init(_ loop: EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueueTask(job, for: self)
    }
}
