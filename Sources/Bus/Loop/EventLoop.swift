internal import CUV
internal import Glibc
import Synchronization

/// One libuv loop on one thread: the serial executor of every actor that lives on it.
///
/// A turn of the loop is: timers, then queued jobs and work (one batch), then one write per stream that has output,
/// then waiting for I/O. Whatever happens during a turn therefore leaves in one write per connection.
///
/// Everything marked "loop thread only" is reached by libuv callbacks and by jobs of this executor; other threads
/// may call only `enqueue`, `execute`, `start` and `stop`.
@safe
package final class EventLoop: SerialExecutor, CustomStringConvertible {
    /// One thing to run on the loop.
    private enum Item {
        /// A job of an actor whose executor is this loop.
        case serial(UnownedJob)
        /// A job of a task that prefers this loop; it is run with that preference, so that it stays here.
        case task(UnownedJob, LoopTaskExecutor)
        case work(@Sendable () -> Void)
    }

    private struct Inbox {
        var items: [Item] = []
        /// True from the first item until the loop has taken the batch: one `uv_async_send` per batch.
        var wakeIsPending = false
        var isClosed = false
        /// Threads between their decision to wake the loop and the end of `uv_async_send`.
        var wakers = 0
    }

    /// For names of threads, logs and metrics.
    package let name: String
    private let yields: Bool

    private let inbox = Lock(Inbox())
    private let threadID = Atomic<UInt>(0)
    private let turnCount = Atomic<UInt64>(0)
    nonisolated(unsafe) private var thread = uv_thread_t()
    nonisolated(unsafe) let uv: UnsafeMutablePointer<uv_loop_t>
    nonisolated(unsafe) private let wake: UnsafeMutablePointer<uv_async_t>
    nonisolated(unsafe) private let prepare: UnsafeMutablePointer<uv_prepare_t>
    nonisolated(unsafe) private let idle: UnsafeMutablePointer<uv_idle_t>
    nonisolated(unsafe) private var batch: [Item] = []
    nonisolated(unsafe) private var isStopping = false

    /// Streams with output or paused input, loop thread only.
    nonisolated(unsafe) let streams = StreamSchedule()
    /// Where libuv puts what it reads: one buffer for all streams of the loop, so that an idle one needs none.
    nonisolated(unsafe) let readBuffer: uv_buf_t
    /// In bytes; also how much one stream may bring in one turn.
    static let readBufferSize = 64 << 10
    /// Every open handle, so that a callback never meets a freed owner and `stop` can close them all. Loop thread only.
    nonisolated(unsafe) private var handles: [ObjectIdentifier: LoopHandle] = [:]

    /// Makes the loop; nothing runs before `start`.
    ///
    /// - Parameter yields: Its thread lets others go first where cores are few: nobody waits for what it does.
    package init(name: String, yields: Bool = false) {
        self.name = name
        self.yields = yields
        unsafe uv = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)
        unsafe wake = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
        unsafe prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
        unsafe idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
        unsafe readBuffer = uv_buf_t(
            base: UnsafeMutablePointer<CChar>.allocate(capacity: EventLoop.readBufferSize),
            len: EventLoop.readBufferSize
        )
        let status = unsafe uv_loop_init(uv)
        precondition(status == 0, "uv_loop_init failed with \(status): no file descriptors or memory left")
        unsafe uv.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        // The callback is empty: a wake-up only ends the poll, the work is done in `prepare`.
        unsafe uv_async_init(uv, wake) { _ in }
        unsafe uv_prepare_init(uv, prepare)
        unsafe uv_idle_init(uv, idle)
        unsafe uv_prepare_start(prepare) { handle in
            guard let loop = unsafe EventLoop.of(handle?.pointee.loop) else { return }
            loop.endTurn()
        }
    }

    deinit {
        unsafe uv.deallocate()
        unsafe wake.deallocate()
        unsafe prepare.deallocate()
        unsafe idle.deallocate()
        unsafe readBuffer.base.deallocate()
    }

    /// The loop that owns a `uv_loop_t`.
    static func of(_ uv: UnsafeMutablePointer<uv_loop_t>?) -> EventLoop? {
        guard let data = unsafe uv?.pointee.data else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue()
    }

    package var description: String { name }

    /// How many processors this process may use (uv_available_parallelism).
    package static var processors: Int { Int(uv_available_parallelism()) }

    // MARK: - Life

    /// Starts the thread. Call it once.
    package func start() {
        // The thread keeps the loop alive until it has ended.
        let retained = unsafe Unmanaged.passRetained(self).toOpaque()
        let status = unsafe uv_thread_create(
            &thread,
            { argument in
                guard let argument = unsafe argument else { return }
                let loop = unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
                loop.run()
            },
            retained
        )
        precondition(status == 0, "uv_thread_create failed with \(status)")
    }

    /// Closes every handle, runs what is queued, also by the owners of the handles when they hear of it, and joins the
    /// thread. Blocks; never call it on the loop itself, and call it once.
    /// Jobs that arrive later trap: an actor must not outlive the loop that it lives on. Work that does is dropped.
    package func stop() {
        precondition(!isCurrent, "stop() joins the loop's thread and would wait for itself")
        execute { unsafe self.isStopping = true }
        unsafe uv_thread_join(&thread)
    }

    private func run() {
        threadID.store(UInt(uv_thread_self()), ordering: .releasing)
        unsafe name.withCString { name in _ = unsafe pthread_setname_np(pthread_self(), name) }
        // On Linux this is the thread's niceness alone (setpriority(2)); if it is refused, nothing is lost.
        if yields { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
        EventLoop.blockBrokenPipeSignal()
        unsafe uv_run(uv, UV_RUN_DEFAULT)
        let status = unsafe uv_loop_close(uv)
        precondition(status == 0, "a handle was left open on \(name)")
        threadID.store(0, ordering: .releasing)
    }

    /// libuv writes with `write`, and a peer that has reset its connection would kill the process with SIGPIPE. Blocked
    /// in this thread only, the call fails with EPIPE and other threads keep what they have chosen.
    private static func blockBrokenPipeSignal() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Loop thread, at the end of each turn since `stop`: handles first, while the loop still takes what their owners
    /// queue when they hear that they are closed; then, with nothing left, the loop's own handles. False: not yet.
    private func closeEverything() -> Bool {
        for handle in unsafe handles.values { handle.close() }
        guard unsafe handles.isEmpty else { return false }
        let isClosed = inbox.withLock { inbox in
            // A thread that is about to wake this loop would write to a descriptor that is closed.
            inbox.isClosed = inbox.items.isEmpty && inbox.wakers == 0
            return inbox.isClosed
        }
        guard isClosed else { return false }
        unsafe uv_close(UnsafeMutableRawPointer(wake).assumingMemoryBound(to: uv_handle_t.self), nil)
        unsafe uv_close(UnsafeMutableRawPointer(prepare).assumingMemoryBound(to: uv_handle_t.self), nil)
        unsafe uv_close(UnsafeMutableRawPointer(idle).assumingMemoryBound(to: uv_handle_t.self), nil)
        // Streams hold their loop, which must not hold them in return.
        unsafe streams.forgetAll()
        return true
    }

    // MARK: - Executor

    package func enqueue(_ job: consuming ExecutorJob) {
        let isTaken = push(.serial(UnownedJob(job)))
        precondition(isTaken, "an actor's job was queued on \(name) after it had stopped")
    }

    /// For `LoopTaskExecutor`.
    func enqueueTask(_ job: consuming ExecutorJob, for executor: LoopTaskExecutor) {
        let isTaken = unsafe push(.task(UnownedJob(job), executor))
        precondition(isTaken, "a task's job was queued on \(name) after it had stopped")
    }

    /// Runs `work` on the loop, after everything queued before it, also when called on the loop. False if the loop has
    /// stopped: then nobody is left whom the work could concern, and it is dropped.
    @discardableResult
    package func execute(_ work: @escaping @Sendable () -> Void) -> Bool {
        push(.work(work))
    }

    /// True on the loop's own thread. `uv_thread_self` and not `pthread_self`: the latter is marked `const` in glibc
    /// and the compiler keeps its value across suspensions.
    package var isCurrent: Bool {
        threadID.load(ordering: .acquiring) == UInt(uv_thread_self())
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    package func checkIsolated() {
        precondition(isCurrent, "this code belongs to \(name), but runs on another thread")
    }

    /// Turns so far: lets tests and metrics see that many events shared one turn.
    package var turns: UInt64 { turnCount.load(ordering: .relaxed) }

    /// False if the loop has stopped.
    private func push(_ item: Item) -> Bool {
        let onLoop = isCurrent
        let (isTaken, mustWake) = inbox.withLock { inbox in
            if inbox.isClosed { return (false, false) }
            inbox.items.append(item)
            // On the loop's own thread the end of the turn takes the batch: no system call.
            if onLoop || inbox.wakeIsPending { return (true, false) }
            inbox.wakeIsPending = true
            inbox.wakers += 1
            return (true, true)
        }
        if mustWake {
            unsafe _ = uv_async_send(wake)
            inbox.withLock { $0.wakers -= 1 }
        }
        return isTaken
    }

    // MARK: - Turn

    /// Loop thread, right before libuv waits for I/O.
    private func endTurn() {
        turnCount.add(1, ordering: .relaxed)
        runBatch()
        unsafe streams.flush()
        if unsafe isStopping && closeEverything() { return }
        // Jobs that were queued by this batch, or streams beyond the slice, wait for the next turn; an active idle
        // handle makes libuv look at sockets without blocking, so neither starves the other.
        let more = unsafe isStopping || streams.hasWork || inbox.withLock { !$0.items.isEmpty }
        if more {
            unsafe uv_idle_start(idle) { _ in }
        } else {
            unsafe uv_idle_stop(idle)
        }
    }

    /// Runs what was queued when it began, not what the batch itself queues: a job that re-enqueues itself must not
    /// starve the sockets.
    private func runBatch() {
        inbox.withLock { inbox in
            unsafe swap(&batch, &inbox.items)
            inbox.wakeIsPending = false
        }
        let serial = unsafe asUnownedSerialExecutor()
        for item in unsafe batch {
            switch item {
            case .serial(let job): unsafe job.runSynchronously(on: serial)
            case .task(let job, let executor):
                unsafe job.runSynchronously(isolatedTo: serial, taskExecutor: executor.asUnownedTaskExecutor())
            case .work(let work): work()
            }
        }
        unsafe batch.removeAll(keepingCapacity: batch.count <= 4096)
    }

    // MARK: - Handles

    func register(_ handle: LoopHandle) {
        checkIsolated()
        unsafe handles[ObjectIdentifier(handle)] = handle
    }

    func unregister(_ handle: LoopHandle) {
        unsafe handles[ObjectIdentifier(handle)] = nil
    }

    /// Milliseconds of the loop's clock (monotonic, cached at the start of the turn). Loop thread only.
    package var nowMilliseconds: UInt64 { unsafe uv_now(uv) }
}
