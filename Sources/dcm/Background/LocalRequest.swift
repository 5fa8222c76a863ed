import Glibc

/// One GET to a server on this machine. Blocking, for a command that does nothing else; HTTP/1.0, so that the end of
/// the answer is the end of the connection.
enum LocalRequest {
    private static let timeOutSeconds = 5

    /// The body of the answer, whatever its status. `address` is `host:port`.
    static func get(_ path: String, from address: String) throws -> ArraySlice<UInt8> {
        let parts = address.split(separator: ":")
        let failure = CommandError("The server at \(address) does not answer.")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw failure }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var timeOut = timeval(tv_sec: timeOutSeconds, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeOut, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        // A server on all addresses is reached through the loopback one.
        unsafe inet_pton(AF_INET, parts[0] == "0.0.0.0" ? "127.0.0.1" : String(parts[0]), &target.sin_addr)
        let connected = unsafe withUnsafePointer(to: target) { pointer in
            let raw = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return unsafe connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        guard connected == 0 else { throw failure }
        let request = Array("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n".utf8)
        guard unsafe send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw failure
        }
        let answer = readToEnd(descriptor)
        let separator = Array("\r\n\r\n".utf8)
        guard let end = answer.indices.first(where: { answer[$0...].starts(with: separator) }) else { throw failure }
        return answer[(end + separator.count)...]
    }

    private static func readToEnd(_ descriptor: Int32) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}
