import Bus
import Glibc
import TestSupport

/// A blocking client socket that knows nothing of the event loop: the other side of the streams under test.
final class Socket: Sendable {
    let descriptor: Int32

    struct Failure: Error {
        let call: String
        let number = errno
    }

    /// Connects to a port of this machine. A small `receiveBuffer` makes a peer that is soon full.
    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        if var receiveBuffer {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: address) { pointer in
            unsafe connect(
                descriptor,
                UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size)
            )
        }
        // `deinit` runs and closes it.
        guard status == 0 else { throw Failure(call: "connect") }
    }

    deinit { Glibc.close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe Glibc.send(descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(call: "send") }
            rest = rest.dropFirst(count)
        }
    }

    /// What one `recv` gives; empty at the end of the stream.
    func receive(upTo limit: Int = 1 << 16) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe recv(descriptor, &bytes, limit, 0)
        guard count >= 0 else { throw Failure(call: "recv") }
        return Array(bytes.prefix(count))
    }

    /// Exactly `count` bytes, or less at the end of the stream.
    func receive(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try receive(upTo: min(count - bytes.count, 1 << 18))
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    func receiveToEnd() throws -> [UInt8] { try receive(exactly: .max) }

    /// Sends FIN; reading goes on.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the close that follows a reset instead of a FIN.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
