/// Reads the binary form of arrays; `[UInt8].appendArray` writes it.
enum PostgresArray {
    /// The elements of a text[] of one dimension. NULLs, other dimensions and what is cut short are left out: they can
    /// only come from another program, and one row must not hide all others.
    static func texts(_ bytes: Span<UInt8>) -> [String] { elements(bytes) { PostgresText.decode($0) } }

    /// The same for elements of any type.
    static func elements<Element>(_ bytes: Span<UInt8>, _ element: (Span<UInt8>) -> Element) -> [Element] {
        guard bytes.count >= 20, number(bytes, at: 0) == 1 else { return [] }
        let count = number(bytes, at: 12)
        var elements: [Element] = []
        var position = 20
        for _ in 0..<max(0, count) {
            guard position + 4 <= bytes.count else { return elements }
            let length = number(bytes, at: position)
            position += 4
            guard length >= 0 else { continue }
            guard position + length <= bytes.count else { return elements }
            elements.append(element(bytes.extracting(position..<position + length)))
            position += length
        }
        return elements
    }

    private static func number(_ bytes: Span<UInt8>, at position: Int) -> Int {
        var value: UInt32 = 0
        for index in position..<position + 4 { value = value << 8 | UInt32(bytes[index]) }
        return Int(Int32(bitPattern: value))
    }
}
