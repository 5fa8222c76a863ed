import Glibc

/// What the kernel says about the measured process (proc(5)).
struct ServerFigures: Sendable {
    let pid: Int32

    /// User and system time of all its threads, in seconds; the kernel counts in steps of 10 ms.
    func processorSeconds() throws(BenchError) -> Double {
        let text = try read("stat")
        // The second field is the name in parentheses, which may hold blanks.
        guard let end = text.lastIndex(of: ")") else { throw BenchError("/proc/\(pid)/stat is not readable") }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw BenchError("/proc/\(pid)/stat has fewer fields than proc(5) says")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident and proportional set size, in bytes.
    struct Memory {
        var resident: Int
        var proportional: Int
    }

    func memory() throws(BenchError) -> Memory {
        let lines = try read("smaps_rollup").split(separator: "\n")
        func bytes(_ name: String) throws(BenchError) -> Int {
            let line = lines.first { $0.hasPrefix(name + ":") }
            guard let text = line?.split(separator: " ").dropFirst().first, let kibibytes = Int(text) else {
                throw BenchError("/proc/\(pid)/smaps_rollup has no \(name)")
            }
            return kibibytes << 10
        }
        return Memory(resident: try bytes("Rss"), proportional: try bytes("Pss"))
    }

    private func read(_ name: String) throws(BenchError) -> String {
        guard let text = ServerFigures.contents(of: "/proc/\(pid)/\(name)") else {
            throw BenchError("/proc/\(pid)/\(name) can't be read: has the server ended?")
        }
        return text
    }

    /// The text of a file, nil if it can't be read.
    static func contents(of path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
