import Bus

/// Opens connections, some at a time, and holds them.
final class IdleRun: LoadOwner {
    private let address: SocketAddress
    private let format: DCMFormat
    private let wanted: Int
    private let finish: (Result<Void, BenchError>) -> Void
    private var connections: [LoadConnection<DCMFormat>] = []
    private var ready = 0
    private var isFinished = false

    /// Connections that may be on their way at once; a listener's backlog is bounded.
    private static let window = 128

    init(
        _ address: SocketAddress,
        count: Int,
        finish: @escaping (Result<Void, BenchError>) -> Void
    ) {
        self.address = address
        wanted = count
        self.finish = finish
        format = DCMFormat(host: "\(address)", channel: TrafficPlan.channel, size: 200, target: "/")
    }

    /// Opens the first ones; the others follow as these are answered.
    func start(on shard: isolated Shard) { fill(on: shard) }

    private func fill(on shard: isolated Shard) {
        while !isFinished, connections.count < wanted, connections.count - ready < IdleRun.window {
            let connection = LoadConnection(
                index: connections.count,
                role: .publisher,
                channel: TrafficPlan.channel,
                format: format,
                examines: 1,
                owner: self
            )
            connections.append(connection)
            do throws(BusError) {
                try shard.connect(to: address, handler: connection)
            } catch { conclude(.failure(BenchError(error.message))) }
        }
    }

    func becameReady(on shard: isolated Shard) {
        ready += 1
        if ready == wanted { conclude(.success(())) } else { fill(on: shard) }
    }

    func progressed(delivered: Int, acknowledged: Int, on shard: isolated Shard) {}
    func examine(_ unit: Span<UInt8>, dataStart: Int, of connection: Int) {}
    func tick(now: UInt64, on shard: isolated Shard) {}

    func ended(_ reason: String, code: Int?, isSilent: Bool, on shard: isolated Shard) {
        conclude(.failure(BenchError("after \(ready) connections: \(reason)")))
    }

    private func conclude(_ result: Result<Void, BenchError>) {
        guard !isFinished else { return }
        isFinished = true
        finish(result)
    }

    /// Closes all.
    func close() {
        isFinished = true
        for connection in connections { connection.close() }
        connections = []
    }
}
