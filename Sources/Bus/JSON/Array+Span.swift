extension [UInt8] {
    /// Appends the bytes of a span: `Array` has no such method of its own yet.
    package mutating func append(copying span: Span<UInt8>) {
        // The pointer doesn't leave the closure.
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
