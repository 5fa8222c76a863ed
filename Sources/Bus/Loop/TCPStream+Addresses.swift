internal import CUV
internal import Glibc

extension TCPStream {
    /// The peer's address and port, for logs; nil when the connection is gone already.
    package var peer: String? {
        unsafe address { unsafe uv_tcp_getpeername(tcp, $0, $1) }?.description
    }

    /// The address of this machine that the peer connected to, as ``SocketAddress/numericHost``; nil when the
    /// connection is gone already. A server that listens on all addresses learns here which of them was meant.
    package var localHost: String? {
        unsafe address { unsafe uv_tcp_getsockname(tcp, $0, $1) }?.numericHost
    }

    private func address(_ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32)
        -> SocketAddress?
    {
        // The handle's memory goes with the connection, while a handler may still hold the stream.
        guard !isClosing else { return nil }
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe ask(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
        }
        return status == 0 ? SocketAddress(storage) : nil
    }
}
