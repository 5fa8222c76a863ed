/// Appends the primitive values of `RecordCoder`.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: A guess of the size, so that most records are written without growing.
    init(kind: UInt8, capacity: Int) {
        bytes.reserveCapacity(capacity)
        bytes.append(RecordCoder.version)
        bytes.append(kind)
    }

    mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    /// Eight bytes in network order.
    mutating func word(_ value: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Seven bits per byte, the lowest first; the top bit says that another byte follows.
    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Zigzag: small negative numbers stay short.
    mutating func signed(_ value: Int64) {
        unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func text(_ value: String) {
        unsigned(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func blob(_ value: [UInt8]) {
        unsigned(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func list(_ values: [String]) {
        unsigned(UInt64(values.count))
        for value in values { text(value) }
    }
}
