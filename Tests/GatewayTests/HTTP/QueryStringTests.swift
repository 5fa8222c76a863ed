import TestSupport
import Testing

@testable import Gateway

struct QueryStringTests {
    @Test(
        arguments: [
            (nil, []), ("", []), ("a=1", ["a:1"]), ("a", ["a:"]), ("a=", ["a:"]), ("=1", [":1"]), ("&&a=1&", ["a:1"]),
            ("a=1&a=2&b=3", ["a:1", "a:2", "b:3"]), ("a=b=c", ["a:b=c"]), ("a+b=c+d", ["a b:c d"]),
            ("a%2Bb=c%20d", ["a+b:c d"]), ("%61=%C3%a9", ["a:é"]), ("a=%26%3D", ["a:&="]), ("é=ü", ["é:ü"]),
        ] as [(String?, [String])]
    )
    func decodes(_ query: String?, _ expected: [String]) throws {
        #expect(try QueryString(query).parameters.map { "\($0.name):\($0.value)" } == expected)
    }

    @Test(
        arguments: [
            ("a=%", .percent), ("a=%2", .percent), ("a=%2g", .percent), ("%zz", .percent), ("a=%%20", .percent),
            ("a=%+1", .percent), ("a=%FF", .utf8), ("a=%C3", .utf8), ("a=%C0%80", .utf8), ("a=%ED%A0%80", .utf8),
            ("a=%00", .nul), ("b=1&%00", .nul),
        ] as [(String, QueryStringError.Code)]
    )
    func refuses(_ query: String, _ code: QueryStringError.Code) {
        #expect(throws: QueryStringError(code)) { try QueryString(query) }
        #expect(QueryStringError(code).message.hasSuffix("."))
    }

    @Test func keepsTheFirstAndShowsAll() throws {
        let query = try QueryString("a=1&b=2&a=3")
        #expect(query["a"] == "1")
        #expect(query.all("a") == ["1", "3"])
        #expect(query["c"] == nil)
        #expect(query.all("c").isEmpty)
    }

    @Test func isBounded() throws {
        let most = Array(repeating: "a=1", count: QueryString.maxCount).joined(separator: "&")
        #expect(try QueryString(most).parameters.count == QueryString.maxCount)
        #expect(throws: QueryStringError(.tooManyParameters)) { try QueryString(most + "&a") }
    }

    @Test(arguments: [
        ("abc", "abc"), ("a+b", "a+b"), ("a%20b%2Fc", "a b/c"), ("", ""), ("%E2%82%AC", "€"),
    ])
    func decodesPathSegments(_ segment: String, _ expected: String) throws {
        #expect(try QueryString.decodePathSegment(segment[...]) == expected)
    }

    @Test func refusesPathSegments() {
        #expect(throws: QueryStringError(.percent)) { try QueryString.decodePathSegment("a%2") }
        #expect(throws: QueryStringError(.utf8)) { try QueryString.decodePathSegment("%80") }
    }

    /// Encoded by hand and decoded again, any text is what it was.
    @Test func whatWasEncodedComesBack() throws {
        var generator = SeededGenerator(seed: 11)
        let hex = Array("0123456789abcdefABCDEF".utf8)
        for _ in 0..<300 {
            let text = String((0..<20).map { _ in "aé€😀 +%&=/?\u{1}".randomElement(using: &generator) ?? "x" })
            let encoded = text.utf8.map { byte in
                let digits = [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
                return "%" + String(decoding: digits, as: UTF8.self)
            }.joined()
            #expect(try QueryString("k=\(encoded)")["k"] == text)
            #expect(try QueryString.decodePathSegment(encoded[...]) == text)
        }
    }
}
