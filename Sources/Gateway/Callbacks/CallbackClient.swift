package import Agents
package import Bus

/// Sends callbacks over HTTP/1.1 on the first loop of a bus: no proxy, no redirects, no TLS.
///
/// Names are looked up for each attempt, and each address is checked before it is connected to: what a name leads to may
/// change between two questions, so there is only one.
package final class CallbackClient: CallbackSender {
    private let shard: Shard
    private let hosts: CallbackHosts

    /// Addresses of one name that are tried.
    private static let mostAddresses = 4

    package init(bus: Bus, hosts: CallbackHosts) {
        shard = bus.shards[0]
        self.hosts = hosts
    }

    package func send(_ callback: Callback, signature: String, attempt: Int) async -> CallbackOutcome {
        let request = CallbackRequest.bytes(callback, signature: signature, attempt: attempt)
        let running = RunningCallback()
        let (shard, hosts) = (shard, hosts)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                guard running.begin(answer) else { return }
                shard.runHere { shard in
                    guard !running.isOver else { return }
                    CallbackClient.begin(request, to: callback.url, hosts, running, on: shard)
                }
            }
        } onCancel: {
            shard.runHere { _ in running.cancel() }
        }
    }

    private static func begin(
        _ request: [UInt8],
        to url: CallbackURL,
        _ hosts: CallbackHosts,
        _ running: RunningCallback,
        on shard: isolated Shard
    ) {
        // `SocketAddress` takes localhost for 127.0.0.1; here it is a name like others, which may lead to ::1.
        if url.host != "localhost", let address = try? SocketAddress(host: url.host, port: url.port) {
            return connect(request, to: url, [address], hosts, running, on: shard)
        }
        do throws(BusError) {
            _ = try NameLookup(url.host, on: shard.loop) { found in
                shard.assumeIsolated { shard in
                    let addresses = (try? found.get()) ?? []
                    let candidates = addresses.compactMap { try? SocketAddress(host: $0, port: url.port) }
                    guard !candidates.isEmpty else { return running.finish(.failed("the name leads nowhere")) }
                    connect(request, to: url, candidates, hosts, running, on: shard)
                }
            }
        } catch {
            running.finish(.failed(error.message))
        }
    }

    private static func connect(
        _ request: [UInt8],
        to url: CallbackURL,
        _ candidates: [SocketAddress],
        _ hosts: CallbackHosts,
        _ running: RunningCallback,
        on shard: isolated Shard
    ) {
        let allowed = candidates.filter { hosts.mayConnect(to: $0, ofHost: url.host) }.prefix(mostAddresses)
        guard !allowed.isEmpty else { return running.finish(.refused("\(url.host) is not this machine")) }
        let exchange = CallbackExchange(request, to: Array(allowed)) { running.finish($0) }
        running.attach(exchange)
        exchange.connect(on: shard)
    }
}

/// An attempt between its caller, which may give it up on any thread, and its loop.
private final class RunningCallback: Sendable {
    private struct State {
        var answer: CheckedContinuation<CallbackOutcome, Never>?
        var isOver = false
    }

    private let state = Lock(State())
    /// Touched on the loop only.
    nonisolated(unsafe) private weak var exchange: CallbackExchange?

    /// False if it was given up before it began.
    func begin(_ answer: CheckedContinuation<CallbackOutcome, Never>) -> Bool {
        let isOver = state.withLock { state in
            if !state.isOver { state.answer = answer }
            return state.isOver
        }
        if isOver { answer.resume(returning: .givenUp) }
        return !isOver
    }

    var isOver: Bool { state.withLock { $0.isOver } }

    func attach(_ exchange: CallbackExchange) { unsafe self.exchange = exchange }

    func finish(_ outcome: CallbackOutcome) {
        let answer = state.withLock { state in
            state.isOver = true
            defer { state.answer = nil }
            return state.answer
        }
        answer?.resume(returning: outcome)
    }

    /// On the loop. What is still being looked up ends without a caller.
    func cancel() {
        unsafe exchange?.cancel()
        finish(.givenUp)
    }
}

extension CallbackOutcome {
    fileprivate static var givenUp: CallbackOutcome { .failed("given up") }
}
