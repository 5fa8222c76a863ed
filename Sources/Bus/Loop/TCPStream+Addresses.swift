internal import CUV
internal import Glibc

extension TCPStream {
    /// The peer's address and port, for logs; nil when the connection is gone already.
    package var peer: String? {
        // The handle's memory goes with the connection, while a handler may still hold the stream.
        guard !isClosing else { return nil }
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { raw in
            guard let base = raw.baseAddress,
                unsafe uv_tcp_getpeername(tcp, base.assumingMemoryBound(to: sockaddr.self), &length) == 0
            else { return nil }
            var text = [CChar](repeating: 0, count: 64)
            let name = unsafe uv_ip_name(base.assumingMemoryBound(to: sockaddr.self), &text, text.count)
            guard name == 0 else { return nil }
            let port = UInt16(bigEndian: unsafe base.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            return "\(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)):\(port)"
        }
    }
}
