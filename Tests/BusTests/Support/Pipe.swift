import Glibc

/// Two ends of a pipe, closed with their owner.
final class Pipe: Sendable {
    let output: Int32
    private let input: Int32

    struct Failure: Error {}

    init() throws {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw Failure() }
        output = ends[0]
        input = ends[1]
    }

    deinit {
        close(output)
        close(input)
    }

    /// Puts one byte in.
    func write() {
        var byte: UInt8 = 7
        _ = unsafe Glibc.write(input, &byte, 1)
    }
}
