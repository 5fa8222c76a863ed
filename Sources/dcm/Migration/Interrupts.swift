import Bus
import UnixSignals

/// SIGINT and SIGTERM as something to look at, instead of the end of the process.
final class Interrupts: Sendable {
    private let came: Lock<Bool>
    private let watching: Task<Void, Never>

    init() async {
        let came = Lock(false)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        self.came = came
        watching = Task {
            for await _ in signals { came.withLock { $0 = true } }
        }
    }

    deinit { watching.cancel() }

    var haveCome: Bool { came.withLock { $0 } }
}
