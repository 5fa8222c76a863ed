import Storage
import Testing

@Suite struct ScoreKeyTests {
    @Test func `two spellings of one character are two keys, as in the store`() {
        let composed = ScoreKey(keyword: "caf\u{E9}", toolName: "Bash", toolType: "builtin")
        let decomposed = ScoreKey(keyword: "cafe\u{301}", toolName: "Bash", toolType: "builtin")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
    }

    @Test func `every part counts`() {
        let keys = [
            ScoreKey(keyword: "a", toolName: "b", toolType: "c"), ScoreKey(keyword: "x", toolName: "b", toolType: "c"),
            ScoreKey(keyword: "a", toolName: "x", toolType: "c"), ScoreKey(keyword: "a", toolName: "b", toolType: "x"),
        ]
        #expect(Set(keys).count == 4)
    }

    @Test(
        arguments: [
            (0.1, 100_000), (1.15, 1_150_000), (-0.05, -50_000), (.nan, 0), (.infinity, 1_000_000_000_000),
            (4.9999999, 5_000_000),
        ] as [(Double, Int)]
    )
    func `scores are rounded to millionths`(value: Double, micro: Int) {
        #expect(Score(value).micro == micro)
    }
}
