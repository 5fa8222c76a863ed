import Testing

@testable import Storage

struct PostgresTextTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("\0", "␀0"), ("a\0b", "a␀0b"), ("␀", "␀␀"), ("␀0", "␀␀0"), ("\0\0", "␀0␀0"),
        ("␀\0", "␀␀␀0"), ("\0␀", "␀0␀␀"), ("é🙂␁", "é🙂␁"),
    ])
    func whatIsReadIsWhatWasWritten(text: String, stored: String) {
        var bytes: [UInt8] = []
        PostgresText.append(text, to: &bytes)
        #expect(bytes == Array(stored.utf8))
        #expect(PostgresText.decode(bytes.span) == text)
    }

    @Test(arguments: ["␀", "a␀", "␀x", "x␀é", "␀\u{2401}"])
    func whatAnotherProgramPutThereIsLeftAlone(stored: String) {
        #expect(PostgresText.decode(Array(stored.utf8).span) == stored)
    }

    @Test func noTwoTextsAreStoredAlike() {
        let alphabet = ["\0", "0", "␀", "a"]
        var texts = [""]
        for _ in 0..<5 { texts = texts.flatMap { text in alphabet.map { text + $0 } } + [""] }
        let stored = texts.map { text in
            var bytes: [UInt8] = []
            PostgresText.append(text, to: &bytes)
            return bytes
        }
        #expect(Set(stored).count == Set(texts).count)
        #expect(stored.allSatisfy { !$0.contains(0) })
        #expect(stored.map { PostgresText.decode($0.span) } == texts)
    }
}
