import Dispatch
import Foundation
import Glibc
import Synchronization

@testable import Bus

extension EventLoop {
    /// Blocks until the loop has looked at its sockets several times: what lay there before has then been read.
    func waitForTurns(_ count: Int = 5) {
        for _ in 0..<count {
            let turn = DispatchSemaphore(value: 0)
            guard execute({ turn.signal() }) else { return }
            turn.wait()
        }
    }
}

extension Shard {
    /// Runs `body` on the loop after some turns in which the loop has looked at its sockets.
    nonisolated func later(turns: Int, _ body: @escaping @Sendable (isolated Shard) -> Void) {
        loop.execute {
            if turns > 0 { self.later(turns: turns - 1, body) } else { self.assumeIsolated(body) }
        }
    }

    /// Takes over a descriptor as the listener does.
    func adoptForTest(_ descriptor: Int32, _ handler: any StreamHandler) {
        load.add(1, ordering: .relaxed)
        adopt(descriptor, handler: handler, limits: StreamLimits())
    }
}

/// Two sockets that are connected with each other.
enum SocketPair {
    struct Failure: Error {}

    static func make() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Failure() }
        return (ends[0], ends[1])
    }
}

/// A thread that can be waited for.
final class Joined: Sendable {
    private let end = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () -> Void) {
        let end = end
        Thread {
            body()
            end.signal()
        }.start()
    }

    func join() { end.wait() }
}
