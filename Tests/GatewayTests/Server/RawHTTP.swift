import Foundation
import Glibc

/// A blocking HTTP client that sends exactly the bytes that a test wants.
struct RawHTTP: ~Copyable {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    struct Answer {
        let status: Int
        let fields: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: [String: any Sendable] {
            get throws { try JSONSerialization.jsonObject(with: Data(body)) as? [String: any Sendable] ?? [:] }
        }
    }

    struct Closed: Error {}

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // A test that waits for ever tells nothing.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = unsafe withUnsafePointer(to: address) { pointer in
            unsafe connect(
                descriptor,
                UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size)
            )
        }
        guard connected == 0 else { throw Closed() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // A server that refuses a request may close before it has read all of it.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends FIN.
    func shutDown() { shutdown(descriptor, Int32(SHUT_WR)) }

    private mutating func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { throw Closed() }
        buffer += chunk[..<count]
    }

    /// The next answer; throws `Closed` when the connection ends before.
    mutating func answer(toHead: Bool = false) throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        var end: Int?
        while end == nil {
            end = buffer.indices.first { buffer[$0...].starts(with: separator) }
            if end == nil { try fill() }
        }
        let lines = String(decoding: buffer[..<(end ?? 0)], as: UTF8.self).components(separatedBy: "\r\n")
        let fields = Dictionary(
            lines.dropFirst().compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                return (line[..<colon].lowercased(), value)
            }
        ) { first, _ in first }
        buffer.removeFirst((end ?? 0) + separator.count)
        let length = toHead ? 0 : Int(fields["content-length"] ?? "0") ?? 0
        while buffer.count < length { try fill() }
        let body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        return Answer(status: Int(lines[0].split(separator: " ")[1]) ?? 0, fields: fields, body: body)
    }

    /// True if the server has closed and nothing is left to read.
    mutating func isClosed() -> Bool {
        guard buffer.isEmpty else { return false }
        do {
            try fill()
            return false
        } catch {
            return true
        }
    }

    /// The same again, as Retry-After says, while the store has not caught up: on a busy machine it may take longer than
    /// a request waits.
    static func patientRequest(_ method: String, _ target: String, port: UInt16, body: String? = nil) throws -> Answer {
        for _ in 0..<20 {
            let answer = try request(method, target, port: port, body: body)
            if answer.status != 503 { return answer }
        }
        return try request(method, target, port: port, body: body)
    }

    /// One request on a connection of its own.
    static func request(
        _ method: String,
        _ target: String,
        port: UInt16,
        body: String? = nil,
        fields: [String] = []
    ) throws -> Answer {
        var connection = try RawHTTP(port: port)
        var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        for field in fields { text += "\(field)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        connection.send("\(text)\r\n\(body ?? "")")
        return try connection.answer(toHead: method == "HEAD")
    }
}
