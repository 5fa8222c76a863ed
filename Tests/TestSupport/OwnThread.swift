import Foundation

/// Runs `body`, which may block, on a thread of its own: blocked in the pool, it would hold up the other tests.
package func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> sending Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let thread = Thread { continuation.resume(with: Swift.Result { try body() }) }
        thread.stackSize = 1 << 20
        thread.start()
    }
}
