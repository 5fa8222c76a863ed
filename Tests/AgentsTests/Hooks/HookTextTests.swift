import Bus
import Testing

@testable import Agents

struct HookTextTests {
    private func text(_ json: String, limit: Int = HookText.maximumCharacters) throws -> HookText {
        let bytes = json.utf8Span.span
        return HookText(bytes, try JSONScanner.validate(bytes), limit: limit)
    }

    @Test(arguments: [
        (#"{ "a" : [ 1 , "b c" ] }"#, #"{"a":[1,"b c"]}"#), ("[ ]", "[]"), (" null ", "null"), ("1.50", "1.50"),
        (#"{"a":"x \" y \\", "b" : 1}"#, #"{"a":"x \" y \\","b":1}"#), (#"{"é" : "\u00e9"}"#, #"{"é":"\u00e9"}"#),
    ])
    func anythingButAStringIsCompactJSON(json: String, expected: String) throws {
        let text = try text(json)
        #expect(text.text == expected)
        #expect(!text.isCut)
    }

    @Test(arguments: [
        (#""a\nb""#, "a\nb"), (#""\"\\\/\b\f\r\t""#, "\"\\/\u{8}\u{C}\r\t"), (#""\u00e9\u20AC""#, "é€"),
        (#""\uD83D\uDE00!""#, "😀!"), (#""\uD83D!""#, "\u{FFFD}!"), (#""\uD83D\u0041""#, "\u{FFFD}A"),
        (#""\uDE00""#, "\u{FFFD}"), (#""\u0000""#, "\u{FFFD}"), (#""\uD83D""#, "\u{FFFD}"), (#""""#, ""),
        (#""\uabcd\uABCD""#, "\u{ABCD}\u{ABCD}"), (#""\uD83D\n""#, "\u{FFFD}\n"),
    ])
    func aStringIsItsText(json: String, expected: String) throws {
        #expect(try text(json).text == expected)
    }

    @Test func everyCutFallsBetweenCharacters() throws {
        let whole = "aé€😀b"
        for limit in 0...6 {
            let cut = try text("\"\(whole)\"", limit: limit)
            #expect(cut.text == String(String.UnicodeScalarView(whole.unicodeScalars.prefix(limit))))
            #expect(cut.isCut == (limit < 5))
            let plain = HookText(whole, limit: limit)
            #expect(plain.text == cut.text)
            #expect(plain.isCut == cut.isCut)
        }
    }

    @Test func theLimitCountsCharacters() throws {
        let text = try text("\"" + String(repeating: "é", count: 10_241) + "\"")
        #expect(text.text.unicodeScalars.count == 10_240)
        #expect(text.text.utf8.count == 20_480)
        #expect(text.isCut)
    }

    @Test func whiteSpaceBehindTheLimitIsNoMore() throws {
        #expect(try !text("[1 ]  ", limit: 3).isCut)
        #expect(try text("[1,2]", limit: 4).isCut)
    }
}
