import Bus
import Testing

@Suite struct JSONScannerTests {
    @Test(arguments: [
        "{}", "[]", " { } ", "\t[\r\n]", "null", "true", "false", "0", "-0", "1.5e+3", "1E9", "0.0", "-12.34E-5",
        #""""#, #""text""#, #""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00""#, #""\ud800""#, #""\udc00\ud800""#,
        #"{"a":1,"a":2}"#, #"{"":[1,{"b":[[],{}]}]}"#, "\"é\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"",
        "\"\u{7F}\u{2028}\"", "1e999", "123456789012345678901234567890",
    ])
    func `accepts JSON`(text: String) throws {
        try JSONScanner.validate(Array(text.utf8).span)
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{", .unexpectedEnd, 1), ("[1,", .unexpectedEnd, 3),
            (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5), ("\"abc", .unexpectedEnd, 4),
            (#""\"#, .unexpectedEnd, 2), (#""\u12"#, .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3),
            ("-", .unexpectedEnd, 1),
            ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte, 3), (#"{"a":1,}"#, .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
            ("{,}", .unexpectedByte, 1), ("[,]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
            (#"{"a" 1}"#, .unexpectedByte, 5), ("[1}", .unexpectedByte, 2), (#"{"a":1]"#, .unexpectedByte, 6),
            ("'a'", .unexpectedByte, 0), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
            ("NaN", .unexpectedByte, 0),
            ("nul1", .unexpectedByte, 3), ("TRUE", .unexpectedByte, 0), ("\u{FEFF}{}", .unexpectedByte, 0),
            ("/**/1", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0), ("\u{0B}1", .unexpectedByte, 0),
            ("1 1", .trailingBytes, 2), ("{}}", .trailingBytes, 2), ("1]", .trailingBytes, 1),
            ("1\0", .trailingBytes, 1),
            ("01", .invalidNumber, 0), ("-01", .invalidNumber, 0), ("1.a", .invalidNumber, 0),
            ("1ea", .invalidNumber, 0),
            ("-a", .invalidNumber, 0), ("[-]", .invalidNumber, 1), ("1.e5", .invalidNumber, 0),
            ("\"a\nb\"", .controlCharacter, 2), ("\"\0\"", .controlCharacter, 1), ("\"\u{1F}\"", .controlCharacter, 1),
            (#""\a""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 1), (#""\U0041""#, .invalidEscape, 1),
            (#""\ud800\u12g4""#, .invalidEscape, 7), (#""\x41""#, .invalidEscape, 1),
        ] as [(String, JSONError.Code, Int)]
    )
    func `refuses everything else and says where`(text: String, code: JSONError.Code, offset: Int) {
        #expect(throws: JSONError(code, at: offset)) { try JSONScanner.validate(Array(text.utf8).span) }
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x41], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFF], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]]
    )
    func `refuses what is not UTF-8`(bytes: [UInt8]) {
        // At every place of the eight bytes that are looked at together.
        for padding in 0..<10 {
            let text = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + Array("\" ........".utf8)
            #expect(throws: JSONError(.invalidUTF8, at: padding + 1)) { try JSONScanner.validate(text.span) }
        }
    }

    @Test func `finds the end of a string at every place`() throws {
        for length in 0..<40 {
            for stop in ["\"", "\\n\"", "é\"", "\u{7F}\""] {
                let text = Array(("[\"" + String(repeating: "~", count: length) + stop + ",1]").utf8)
                let range = try JSONScanner.validate(text.span).range
                #expect(range == 0..<text.count)
                #expect(throws: JSONError.self) { try JSONScanner.validate(text.span.extracting(droppingLast: 1)) }
            }
        }
    }

    @Test func `every prefix of a document ends too early`() {
        let text = Array(#"{"a": [1.5, "é😀\ud83d\ude00", {"b": null}], "c": true, "d": -0.5e-7}"#.utf8)
        for count in 0..<text.count {
            #expect(throws: JSONError(.unexpectedEnd, at: count)) {
                try JSONScanner.validate(text.span.extracting(first: count))
            }
        }
    }

    @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func `bounds the depth`(opening: String) throws {
        let containers = opening.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        func nested(_ depth: Int) -> [UInt8] {
            let text = String(repeating: opening, count: depth / containers) + "1"
            let closing = String(opening.reversed().compactMap { $0 == "[" ? "]" : $0 == "{" ? "}" : nil })
            return Array((text + String(repeating: closing, count: depth / containers)).utf8)
        }
        try JSONScanner.validate(nested(128).span)
        #expect { try JSONScanner.validate(nested(128 + containers).span) } throws: {
            ($0 as? JSONError)?.code == .tooDeep
        }
        #expect { try JSONScanner.validate(nested(128 + containers).span, maximumDepth: 1000) } throws: {
            ($0 as? JSONError)?.code == .tooDeep
        }
        try JSONScanner.validate(nested(4).span, maximumDepth: 4)
        #expect { try JSONScanner.validate(nested(6).span, maximumDepth: 4) } throws: {
            ($0 as? JSONError)?.code == .tooDeep
        }
    }

    @Test func `members of an object count its own depth`() throws {
        let text = Array(#"{"a":[[]]}"#.utf8)
        try JSONScanner.scanObject(text.span, maximumDepth: 3) { _ throws(JSONError) in }
        #expect(throws: JSONError(.tooDeep, at: 6)) {
            try JSONScanner.scanObject(text.span, maximumDepth: 2) { _ throws(JSONError) in }
        }
        #expect(throws: JSONError(.tooDeep, at: 0)) {
            try JSONScanner.scanObject(text.span, maximumDepth: 0) { _ throws(JSONError) in }
        }
    }

    @Test func `visits the members of an object`() throws {
        let text = Array(#" {"a" : 1 , "b\u0063":["x",{"y":"\n"}],"d":"\ud800","e":{} , "f":"plain"} "#.utf8)
        var seen: [String] = []
        try JSONScanner.scanObject(text.span) { field throws(JSONError) in
            let key = String(decoding: text[field.key.range], as: UTF8.self)
            let value = String(decoding: text[field.value.range], as: UTF8.self)
            seen.append(
                "\(key)=\(value) \(field.value.kind) \(field.key.hasEscapes) \(field.value.hasEscapes) "
                    + "\(field.value.hasLoneSurrogate)"
            )
        }
        #expect(
            seen == [
                #""a"=1 number false false false"#,
                #""b\u0063"=["x",{"y":"\n"}] array true true false"#,
                #""d"="\ud800" string false true true"#,
                #""e"={} object false false false"#,
                #""f"="plain" string false false false"#,
            ]
        )
    }

    @Test func `visits the elements of an array inside a document`() throws {
        let text = Array(#"{"list":[1, "two",[3],null ]}"#.utf8)
        var kinds: [JSONValue.Kind] = []
        try JSONScanner.scanArray(text.span, in: 8..<28) { value throws(JSONError) in kinds.append(value.kind) }
        #expect(kinds == [.number, .string, .array, .null])
        try JSONScanner.scanArray(Array("[ ]".utf8).span, in: 0..<3) { _ throws(JSONError) in Issue.record() }
        #expect(throws: JSONError(.unexpectedByte, at: 3)) {
            try JSONScanner.scanArray(Array("[1,]".utf8).span, in: 0..<4) { _ throws(JSONError) in }
        }
    }

    @Test(
        arguments: [
            ("[]", .wrongKind, 0), (" null", .wrongKind, 1), ("\"a\"", .wrongKind, 0), ("nope", .unexpectedByte, 1),
            ("[", .unexpectedEnd, 1), ("[] x", .trailingBytes, 3), ("{} x", .trailingBytes, 3),
            ("{1:2}", .unexpectedByte, 1),
        ] as [(String, JSONError.Code, Int)]
    )
    func `a document that is no object`(text: String, code: JSONError.Code, offset: Int) {
        #expect(throws: JSONError(code, at: offset)) {
            try JSONScanner.scanObject(Array(text.utf8).span) { _ throws(JSONError) in }
        }
    }

    @Test func `what a visitor throws comes out`() {
        let text = Array(#"{"a":1,"b":2}"#.utf8)
        #expect(throws: JSONError(.wrongKind, at: 1)) {
            try JSONScanner.scanObject(text.span) { field throws(JSONError) in
                throw JSONError(.wrongKind, at: field.key.range.lowerBound)
            }
        }
    }
}
