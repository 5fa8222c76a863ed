import TestSupport
import Testing

@testable import Agents

@Suite struct KeywordsTests {
    @Test(arguments: [
        ("", []), ("   ", []), ("the a an is", []), ("ab cde", ["cde"]),
        ("Deploy deploy DEPLOY build", ["deploy", "build"]),
        ("build deploy deploy", ["deploy", "build"]),
        ("npm run-tests my_file --flag", ["npm", "run-tests", "my_file", "--flag"]),
        ("src/app/Login.tsx;git(commit)", ["src", "app", "login", "tsx", "git", "commit"]),
        ("création d'élèves à Zürich", ["création", "élèves", "zürich"]),
        ("ÉCOLE école", ["école"]), ("Ünïcode ΑΘΗΝΑ Москва", ["ünïcode", "αθηνα", "москва"]),
        ("cafe\u{301} noir", ["cafe\u{301}", "noir"]), ("日本語 テスト １２３", ["日本語", "テスト", "１２３"]),
        ("fix→bug “quoted” e\u{A0}nbsp", ["fix", "bug", "quoted", "nbsp"]), ("ok😀fine", ["fine"]),
        (String(repeating: "x", count: 29), [String(repeating: "x", count: 29)]),
        (String(repeating: "x", count: 30), []),
        (String(repeating: "é", count: 29), [String(repeating: "é", count: 29)]),
        (String(repeating: "é", count: 30), []), (String(repeating: "x", count: 500) + " end", ["end"]),
        ("aa bb cc dd", []), ("été", ["été"]),
    ])
    func `takes words`(text: String, expected: [String]) {
        #expect(Keywords.extract(from: text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    }

    @Test func `takes the ten most frequent, ties by first appearance`() {
        let words = (1...15).map { "word\($0)x" }
        #expect(Keywords.extract(from: words.joined(separator: " ")) == Array(words.prefix(10)))
        let text = (words + words[11...] + [words[14]]).joined(separator: " ")
        let expected = [words[14], words[11], words[12], words[13]] + words.prefix(6)
        #expect(Keywords.extract(from: text) == expected)
    }

    @Test func `knows all stop words`() {
        #expect(StopWords.all.count == 81)
        #expect(Set(StopWords.all).count == 81)
        #expect(Keywords.extract(from: StopWords.all.joined(separator: " ").uppercased()) == [])
    }

    @Test(arguments: [
        ("a1b2c3d4e5f6a7b8", []), ("sk-ant-api03-9f8e7d6c5b4a", []), ("0123456789abcdef", []),
        ("a1b2c3d4e5f6a7b", ["a1b2c3d4e5f6a7b"]), ("internationalization", ["internationalization"]),
        ("2026-11-23-17-00", ["2026-11-23-17-00"]), ("release-candidate-123", ["release-candidate-123"]),
    ])
    func `doesn't learn what looks like a secret`(text: String, expected: [String]) {
        #expect(Keywords.extract(from: text) == expected)
    }

    @Test(arguments: [
        (#"{"command":"npm install","description":"Install packages"}"#, ["install", "npm", "packages"]),
        (#"  [ "alpha", {"key":"beta", "n":123456, "b":true}, ["gamma"] ] "#, ["alpha", "beta", "gamma"]),
        (#"{"a":"line\nnext\tword\u00e9\\path\"quote"}"#, ["line", "next", "wordé", "quote"]),
        (#"{"a":"x\u00c9cole"}"#, ["xécole"]), (#"{"a":"one\ud83d\ude00two\ud800three"}"#, ["one", "two", "three"]),
        (#"{"key" : {"inner" : "value"}}"#, ["value"]), ("{}", []),
        // Cut short, with and without a chance to know whether it was going to be a key.
        (#"{"command":"git sta"#, ["git", "sta"]), (#"{"command":"git","descri"#, ["git"]),
        (#"{"command":"git","descri""#, ["git"]), (#"{"comm"#, []), (#"["alpha"#, ["alpha"]), (#"{"a":"b\"#, []),
        (#"{"a":"word\u00"#, ["word"]),
        // Not JSON after all.
        ("[INFO] server started", ["info", "server", "started"]), ("{ braces everywhere }", ["braces", "everywhere"]),
        (#"{"key":"value"} trailing"#, ["key", "value", "trailing"]), (#""just a string""#, ["string"]),
        ("nul", ["nul"]),
    ])
    func `takes string values of JSON and no keys`(text: String, expected: [String]) {
        #expect(Keywords.extract(from: text) == expected)
    }

    @Test func `looks at the first 16 KiB`() {
        let filler = String(repeating: "filler ", count: Keywords.maximumBytes / 7)
        #expect(Keywords.extract(from: filler + "late late") == ["filler"])
        // The word that the border cuts isn't counted, neither as a whole nor in part.
        let padding = String(repeating: ".", count: Keywords.maximumBytes - 4)
        #expect(Keywords.extract(from: padding + "border") == [])
        #expect(Keywords.extract(from: padding + "word") == ["word"])
        #expect(Keywords.extract(from: padding + "word more") == [])
        let json = #"{"file":"a.txt","content":""# + filler + filler + "\"}"
        #expect(Keywords.extract(from: json) == ["filler", "txt"])
    }

    @Test func `counts thousands of different words`() {
        let words = (0..<4000).map { String($0, radix: 36, uppercase: false) + "zz" }.filter { $0.count >= 3 }
        let text = words.joined(separator: " ") + " "
        #expect(Keywords.extract(from: text) == Array(words.prefix(10)))
        let twice = words.prefix(1000).joined(separator: " ") + " " + words[990..<1000].joined(separator: " ")
        #expect(Keywords.extract(from: twice) == Array(words[990..<1000]))
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `agrees with the plain rule`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "fix", "Bug", "the", "LOGIN", "été", "Ö", "-", "_", " ", " ", "\n", ".", "/", "9", "x1", "日本", "é\u{301}",
        ]
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                text += pieces[Int.random(in: pieces.indices, using: &random)]
            }
            #expect(Keywords.extract(from: text).map { Array($0.utf8) } == plainRule(text).map { Array($0.utf8) })
        }
    }

    /// The rule as the contract puts it, one step after the other.
    func plainRule(_ text: String) -> [String] {
        var words: [[Unicode.Scalar]] = [[]]
        for scalar in text.lowercased().unicodeScalars {
            let isMark = scalar.properties.generalCategory == .nonspacingMark
            if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_"
                || isMark
            {
                words[words.count - 1].append(scalar)
            } else {
                words.append([])
            }
        }
        var counts: [(word: [Unicode.Scalar], count: Int)] = []
        for word in words where (3...29).contains(word.count) {
            var text = ""
            text.unicodeScalars.append(contentsOf: word)
            if StopWords.all.contains(text) { continue }
            let digits = word.count { ("0"..."9").contains($0) }
            if word.count >= 16, digits >= 4, word.contains(where: { $0.properties.isAlphabetic }) { continue }
            if let index = counts.firstIndex(where: { $0.word == word }) {
                counts[index].count += 1
            } else {
                counts.append((word, 1))
            }
        }
        return counts.sorted { $0.count > $1.count }.prefix(10).map { entry in
            var text = ""
            text.unicodeScalars.append(contentsOf: entry.word)
            return text
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `survives random bytes`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet: [UInt8] = Array("{}[]\":,\\u00e9 abcDEF-".utf8) + [0x80, 0xC3, 0xA9, 0xE2, 0xF0, 0x9F, 0xFF]
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<80, using: &random) {
                bytes.append(alphabet[Int.random(in: alphabet.indices, using: &random)])
            }
            let keywords = Keywords.extract(from: bytes.span)
            #expect(keywords.count <= 10)
            #expect(keywords.allSatisfy { (3...29).contains($0.unicodeScalars.count) && !$0.contains("\u{FFFD}") })
        }
    }
}
