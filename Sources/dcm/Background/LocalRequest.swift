import Glibc

/// One request to a server on this machine. Blocking, for a command that does nothing else; HTTP/1.0, so that the end of
/// the answer is the end of the connection.
enum LocalRequest {
    private static let timeOutSeconds = 5

    /// The body of the answer, whatever its status. `address` is `host:port`; `token` has no line breaks.
    static func get(_ path: String, from address: String, token: String? = nil) throws -> ArraySlice<UInt8> {
        try send("GET", path, [], to: address, token: token).body
    }

    /// The whole answer; `body` is JSON.
    static func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        to address: String,
        token: String? = nil
    ) throws -> (status: Int, body: ArraySlice<UInt8>) {
        let failure = CommandError("The server at \(address) does not answer.")
        guard let descriptor = connect(to: address) else { throw failure }
        defer { close(descriptor) }
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let length = body.isEmpty ? "" : "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n"
        let head = "\(method) \(path) HTTP/1.0\r\nHost: localhost\r\n\(authorization)\(length)\r\n"
        let request = Array(head.utf8) + body
        guard unsafe Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw failure
        }
        let answer = readToEnd(descriptor)
        let separator = Array("\r\n\r\n".utf8)
        guard let end = answer.indices.first(where: { answer[$0...].starts(with: separator) }) else { throw failure }
        // "HTTP/1.1 200 OK": the second word.
        let words = answer[..<end].split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count > 1, let status = Int(String(decoding: words[1], as: UTF8.self)) else { throw failure }
        return (status, answer[(end + separator.count)...])
    }

    /// A connected socket, nil if nobody listens there.
    private static func connect(to address: String) -> Int32? {
        guard let colon = address.lastIndex(of: ":") else { return nil }
        let host = String(address[..<colon].filter { $0 != "[" && $0 != "]" })
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, String(address[colon...].dropFirst()), &hints, &found) == 0,
            let target = unsafe found
        else { return nil }
        defer { unsafe freeaddrinfo(target) }
        let descriptor = unsafe socket(target.pointee.ai_family, target.pointee.ai_socktype, 0)
        var timeOut = timeval(tv_sec: timeOutSeconds, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeOut, socklen_t(MemoryLayout<timeval>.size))
        guard unsafe Glibc.connect(descriptor, target.pointee.ai_addr, target.pointee.ai_addrlen) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
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
