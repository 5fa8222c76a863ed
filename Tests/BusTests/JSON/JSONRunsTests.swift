import Testing

@testable import Bus

@Suite struct JSONRunsTests {
    /// Every byte at every place of texts around the length of a word, in front of plain and of unusual bytes.
    @Test func `runs end where a look at each byte ends them`() {
        for length in 0..<20 {
            for place in 0..<max(length, 1) {
                for byte in UInt8.min...UInt8.max {
                    for filler in [UInt8(ascii: "a"), 0x80, 0xFF] {
                        var text = [UInt8](repeating: filler, count: length)
                        if length > 0 { text[place] = byte }
                        let span = text.span
                        for start in [0, min(1, length), length] {
                            let escaped = text[start...].firstIndex { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }
                            #expect(span.firstEscapedInJSON(from: start) == escaped ?? length)
                            let backslash = text[start...].firstIndex(of: 0x5C)
                            #expect(span.firstBackslash(from: start, before: length) == backslash ?? length)
                        }
                    }
                }
            }
        }
    }

    @Test func `a search for a backslash ends before the end that was given`() {
        let text = Array("aaaaaaaaaaaa\\aaaaaaa".utf8)
        for end in 0...text.count {
            #expect(text.span.firstBackslash(from: 0, before: end) == min(end, 12))
        }
    }
}
