internal import CUV

/// Random words of the operating system, fetched some at a time: a system call for each would cost as much as an id.
package struct RandomWords: RandomNumberGenerator, Sendable {
    private var words = [64 of UInt64](repeating: 0)
    private var used = 64

    package init() {}

    /// Fit for ids and secrets.
    package mutating func next() -> UInt64 {
        if used == words.count { fill() }
        defer { used += 1 }
        return words[used]
    }

    private mutating func fill() {
        used = 0
        // Without a callback it is synchronous and needs no loop (libuv, "Miscellaneous utilities", uv_random).
        let status = unsafe withUnsafeMutableBytes(of: &words) { bytes in
            unsafe uv_random(nil, nil, bytes.baseAddress, bytes.count, 0, nil)
        }
        if status == 0 { return }
        var generator = SystemRandomNumberGenerator()
        for index in words.indices { words[index] = generator.next() }
    }
}
