import Bus
import Testing

@Suite struct JSONDecodingTests {
    func value<Result>(
        _ json: String,
        _ read: (Span<UInt8>, JSONValue) throws -> Result
    ) throws -> Result {
        let bytes = Array(json.utf8)
        return try read(bytes.span, JSONScanner.validate(bytes.span))
    }

    @Test(arguments: [
        (#""""#, ""), (#""plain é""#, "plain é"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""a\u00E9\u00e9b""#, "aééb"), (#""\ud83d\ude00!""#, "😀!"), (#""\uD83D\uDE00\u0000""#, "😀\0"),
        (#""\uFFFF\ue000""#, "\u{FFFF}\u{E000}"), (#""\udbff\udfff""#, "\u{10FFFF}"),
    ])
    func `decodes strings`(json: String, expected: String) throws {
        #expect(try value(json) { try JSONScanner.string($0, $1) } == expected)
    }

    @Test(arguments: [
        (#""\ud800""#, 1), (#""ab\udc00""#, 3), (#""\ud800\ud800\udc00""#, 1), (#""\udbff\u0041""#, 1),
        (#""\ud800x""#, 1),
        (#""\ud800\n""#, 1),
    ])
    func `half a surrogate pair names no character`(json: String, offset: Int) throws {
        #expect(try value(json) { $1.hasLoneSurrogate })
        #expect(throws: JSONError(.loneSurrogate, at: offset)) { try value(json) { try JSONScanner.string($0, $1) } }
    }

    @Test func `a whole pair behind a half is found`() throws {
        // The flag says that one is alone; the pair behind it doesn't hide that, and isn't taken for two halves.
        #expect(try value(#""\ud800\ud83d\ude00""#) { $1.hasLoneSurrogate })
        #expect(try !value(#""\ud83d\ude00\ud83d\ude00""#) { $1.hasLoneSurrogate })
    }

    @Test(arguments: [
        (#""publish""#, true), (#""publis\u0068""#, true), (#""publis""#, false), (#""publish ""#, false),
        (#""\ud800""#, false), ("1", false), ("null", false),
    ])
    func `compares strings`(json: String, expected: Bool) throws {
        #expect(try value(json) { JSONScanner.string($0, $1, equals: "publish") } == expected)
    }

    @Test func `contents of strings without escapes`() throws {
        #expect(try value(#" "abc""#) { $1.rawStringContents } == 2..<5)
        #expect(try value(#""a\n""#) { $1.rawStringContents } == nil)
        #expect(try value("1") { $1.rawStringContents } == nil)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.0", 1), ("1e2", 100), ("-1.5e1", -15),
            ("1.5", nil), ("1e-1", nil), ("9007199254740991.0", 9_007_199_254_740_991), ("9007199254740992.0", nil),
            ("1e400", nil), ("1e18", nil), ("10000000000000000000000e-20", 100), ("1e-400", 0), ("\"1\"", nil),
            ("true", nil),
            ("null", nil),
        ] as [(String, Int64?)]
    )
    func `reads integers`(json: String, expected: Int64?) throws {
        #expect(try value(json) { JSONScanner.integer($0, $1) } == expected)
    }

    @Test(
        arguments: [
            ("0.1", 0.1), ("-1e-7", -1e-7), ("1e308", 1e308), ("1e309", nil), ("12", 12),
            ("5e-324", .leastNonzeroMagnitude), ("\"1\"", nil),
        ] as [(String, Double?)]
    )
    func `reads doubles`(json: String, expected: Double?) throws {
        #expect(try value(json) { JSONScanner.double($0, $1) } == expected)
    }

    @Test(arguments: [("true", true), ("false", false), ("1", nil), ("null", nil)] as [(String, Bool?)])
    func `reads booleans`(json: String, expected: Bool?) throws {
        #expect(try value(json) { JSONScanner.bool($1) } == expected)
    }

    @Test func `reads arrays of strings up to a limit`() throws {
        #expect(try value(#"["a", "\u0062",""]"#) { try JSONScanner.strings($0, $1, limit: 3) } == ["a", "b", ""])
        #expect(throws: JSONError(.wrongKind, at: 9)) {
            try value(#"["a","b","c"]"#) { try JSONScanner.strings($0, $1, limit: 2) }
        }
        #expect(throws: JSONError(.wrongKind, at: 5)) {
            try value(#"["a",1]"#) { try JSONScanner.strings($0, $1, limit: 9) }
        }
        #expect(throws: JSONError(.wrongKind, at: 0)) { try value("{}") { try JSONScanner.strings($0, $1, limit: 9) } }
    }
}
