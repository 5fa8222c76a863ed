internal import CUV
internal import Glibc

/// A listening socket that accepts and hands the descriptors on.
///
/// Accepting is ours and not `uv_listen`'s, because a libuv handle cannot move to another loop, while a descriptor can.
/// No SO_REUSEPORT: a second server on the same port would start silently and take half of the connections.
package final class TCPListener {
    /// The address with the port that the system chose if 0 was asked for.
    package let address: SocketAddress
    private let descriptor: Int32
    private var watcher: DescriptorWatcher?
    private var pause: LoopTimer?
    private let accepted: (Int32) -> Void
    private let failed: (BusError) -> Void

    /// At most this many are accepted in one turn, so that a storm of connections doesn't starve those that exist.
    private static let acceptsPerTurn = 64
    /// How long accepting rests when the process is out of descriptors.
    private static let pauseMilliseconds: UInt64 = 100

    /// Binds and listens. `accepted` gets a non-blocking descriptor that it owns; `failed` is told when accepting
    /// rests because the process has no descriptors left. Make it on the loop's thread.
    package init(
        _ wanted: SocketAddress,
        backlog: Int32 = 4096,
        on loop: EventLoop,
        accepted: @escaping (Int32) -> Void,
        failed: @escaping (BusError) -> Void
    ) throws(BusError) {
        let descriptor = socket(
            wanted.family,
            Int32(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue) | UInt32(SOCK_NONBLOCK.rawValue)),
            0
        )
        guard descriptor >= 0 else { throw BusError(errno: errno, doing: "cannot open a socket") }
        do throws(BusError) {
            address = try TCPListener.listen(descriptor, at: wanted, backlog: backlog)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.accepted = accepted
        self.failed = failed
        do throws(BusError) {
            pause = try LoopTimer(on: loop) { [unowned self] in watcher?.wait(for: .readable) }
            watcher = try DescriptorWatcher(descriptor, on: loop) { [unowned self] _ in acceptBatch() }
        } catch {
            pause?.close()
            Glibc.close(descriptor)
            throw error
        }
        watcher?.wait(for: .readable)
    }

    private static func listen(_ descriptor: Int32, at wanted: SocketAddress, backlog: Int32) throws(BusError)
        -> SocketAddress
    {
        // After a restart, connections of the old process in TIME_WAIT must not keep the port.
        var yes: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let bound = unsafe wanted.withPointer { unsafe bind(descriptor, $0, wanted.length) }
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            throw BusError(errno: errno, doing: "cannot listen on \(wanted)")
        }
        guard wanted.port == 0 else { return wanted }
        var actual = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        unsafe withUnsafeMutablePointer(to: &actual) { pointer in
            let raw = UnsafeMutableRawPointer(pointer)
            unsafe _ = getsockname(descriptor, raw.assumingMemoryBound(to: sockaddr.self), &length)
        }
        // sin_port and sin6_port lie at the same offset, in network order.
        return try SocketAddress(host: wanted.host, port: UInt16(bigEndian: actual.sin6_port))
    }

    private func acceptBatch() {
        // `accepted` may close this listener; its number may then belong to another file.
        for _ in 0..<TCPListener.acceptsPerTurn where watcher != nil {
            let connection = accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            if connection >= 0 {
                accepted(connection)
                continue
            }
            switch errno {
            case EAGAIN: return
            case EINTR, ECONNABORTED, EPROTO: continue
            default:
                // Out of descriptors or memory: without a rest the readable socket would spin the loop.
                failed(BusError(errno: errno, doing: "cannot accept a connection"))
                watcher?.wait(for: [])
                pause?.schedule(after: TCPListener.pauseMilliseconds)
                return
            }
        }
    }

    /// Stops accepting and frees the port.
    package func close() {
        guard let watcher else { return }
        watcher.close()
        pause?.close()
        self.watcher = nil
        pause = nil
        Glibc.close(descriptor)
    }
}
