import Testing

@testable import Agents

struct QuotedTextTests {
    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), (#"say "hi""#, #""say \"hi\"""#), (#"a\"#, #""a\\""#),
        ("a\n\n\t b", #""a b""#), ("\n a \n", #""a""#), ("a\u{2028}b\u{85}c", #""a b c""#),
        ("a\u{202E}b\u{200B}c\u{E0041}\u{FE0F}", #""abc""#), ("é🙂", #""é🙂""#), ("\u{1B}[2Jx", #""[2Jx""#),
    ])
    func standsOnOneLineBetweenQuotes(text: String, quoted: String) {
        #expect(QuotedText.quote(text, limit: 100) == quoted)
    }

    @Test(arguments: [
        ("abcdef", 6, #""abcdef""#), ("abcdefg", 6, #""abcdef…""#), ("abcde fg", 6, #""abcde…""#),
        // An escape is one character: it is never cut in half.
        (#"abc""""#, 5, #""abc\"\"…""#),
    ])
    func endsWithAnEllipsisBeyondTheLimit(text: String, limit: Int, quoted: String) {
        #expect(QuotedText.quote(text, limit: limit) == quoted)
    }

    @Test(arguments: [
        ("backend-1", "backend-1"), ("a b", #""a b""#), ("", #""""#), ("x\n", #""x""#),
        (String(repeating: "a", count: 65), "\"" + String(repeating: "a", count: 64) + "…\""),
    ])
    func namesNeedNoQuotesWhenTheyArePlain(name: String, shown: String) {
        #expect(QuotedText.name(name) == shown)
    }

    @Test func contentsOfMessagesAreWordsOrJSON() {
        #expect(MessageText.text(of: #"{"message":"a\nb"}"#) == "a\nb")
        #expect(MessageText.text(of: #"{"message":"a","more":1}"#) == #"{"message":"a","more":1}"#)
        #expect(MessageText.text(of: #"{"message":{"a":1}}"#) == #"{"message":{"a":1}}"#)
        #expect(MessageText.text(of: "no json") == "no json")
    }
}
