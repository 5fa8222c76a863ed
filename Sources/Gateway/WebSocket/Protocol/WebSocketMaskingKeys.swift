import Glibc

/// Masking keys that nobody can foresee, as RFC 6455 section 10.3 wants: they come from the kernel, 64 at a time, because
/// one system call for each frame would cost more than all the rest of writing it.
struct WebSocketMaskingKeys: Sendable {
    private var supply: [UInt32] = []

    mutating func next() -> UInt32 {
        if let key = supply.popLast() { return key }
        supply = [UInt32](repeating: 0, count: 64)
        let outcome = unsafe supply.withUnsafeMutableBytes { unsafe getentropy($0.baseAddress, $0.count) }
        // 256 bytes are what one call may ask for; when the kernel refuses, the standard library knows other ways.
        if outcome != 0 {
            supply = supply.map { _ in UInt32.random(in: .min ... .max) }
        }
        return supply.removeLast()
    }
}
