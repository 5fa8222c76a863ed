/// The data of the published messages, the same for all brokers:
/// `{"n":100000000000,"t":1000000000000000000,"p":100,"pad":"xxx"}`.
///
/// Numbers start with a digit that is not 0, as JSON wants, and have a fixed length, so that they are found and written
/// in place.
enum PayloadData {
    static let firstNumber: UInt64 = 100_000_000_000
    static let numberDigits = 12
    static let numberOffset = 5
    static let firstTime: UInt64 = 1_000_000_000_000_000_000
    static let timeDigits = 19
    static let timeOffset = 22
    private static let firstPublisher = 100
    private static let publisherOffset = 46

    /// The shortest data in bytes.
    static let minimumSize = make(publisher: 0, padding: 0).count

    /// Data of `size` bytes.
    static func make(publisher: Int, size: Int) -> [UInt8] {
        make(publisher: publisher, padding: max(0, size - minimumSize))
    }

    private static func make(publisher: Int, padding: Int) -> [UInt8] {
        let pad = String(repeating: "x", count: padding)
        return Array(
            #"{"n":\#(firstNumber),"t":\#(firstTime),"p":\#(firstPublisher + publisher),"pad":"\#(pad)"}"#.utf8
        )
    }

    /// Reads the numbers of data that begins at `start`.
    static func number(_ bytes: Span<UInt8>, at start: Int) -> Int {
        Int(decimal(bytes, at: start + numberOffset, digits: numberDigits)) - Int(firstNumber)
    }

    /// The time that was written, in nanoseconds.
    static func time(_ bytes: Span<UInt8>, at start: Int) -> UInt64 {
        decimal(bytes, at: start + timeOffset, digits: timeDigits) &- firstTime
    }

    static func publisher(_ bytes: Span<UInt8>, at start: Int) -> Int {
        Int(decimal(bytes, at: start + publisherOffset, digits: 3)) - firstPublisher
    }

    private static func decimal(_ bytes: Span<UInt8>, at start: Int, digits: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in start..<start + digits { value = value &* 10 &+ UInt64(bytes[index] &- UInt8(ascii: "0")) }
        return value
    }

    /// Whether the bytes at `start` are data of `size` bytes, whatever its numbers.
    static func isIntact(_ bytes: Span<UInt8>, at start: Int, size: Int) -> Bool {
        guard start >= 0, start + size <= bytes.count else { return false }
        let model = make(publisher: publisher(bytes, at: start), size: size)
        let numbers = [numberOffset..<numberOffset + numberDigits, timeOffset..<timeOffset + timeDigits]
        return model.indices.allSatisfy { index in
            let byte = bytes[start + index]
            return numbers.contains { $0.contains(index) }
                ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == model[index]
        }
    }
}
