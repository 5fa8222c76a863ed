import Bus
import Testing

@testable import Agents

struct ShallowJSONTests {
    private func shallow(_ json: String) -> String {
        String(decoding: ShallowJSON(json.utf8Span.span, maximumDepth: 2).bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("[[]]", "[[]]"), ("[[[]]]", "[[null]]"), ("[[{}],[1]]", "[[null],[1]]"),
        (#"{"a":{"b":{"c":{}},"d":[1]},"e":2}"#, #"{"a":{"b":null,"d":null},"e":2}"#),
        (#"[["[[[","\"[[["]]"#, #"[["[[[","\"[[["]]"#), (#"[["\\",[1]]]"#, #"[["\\",null]]"#),
        (#"[[["]]]"]]]"#, #"[[null]]"#), (#"[[["\"]"]]]"#, #"[[null]]"#), ("[[[", "[[null"), ("]]][", "]]]["),
    ])
    func replacesWhatIsDeeper(json: String, expected: String) {
        #expect(shallow(json) == expected)
    }

    @Test func knowsWhatIsMissingWhere() {
        let shallow = ShallowJSON("[[[]],[],[[]]]".utf8Span.span, maximumDepth: 2)
        #expect(String(decoding: shallow.bytes, as: UTF8.self) == "[[null],[],[null]]")
        #expect(shallow.isCut(in: 1..<7))
        #expect(!shallow.isCut(in: 8..<10))
        #expect(shallow.isCut(in: 11..<17))
        #expect(!ShallowJSON("[]".utf8Span.span).isCut(in: 0..<2))
    }
}
