import Testing

@testable import Agents

struct KeywordListTests {
    @Test(arguments: [
        ([], []), (["A", "a", " a "], ["a"]), (["fix bug", "", "  ", "\tÉté\n"], ["fix bug", "été"]),
        (["b", "a", "B"], ["b", "a"]),
    ])
    func normalized(given: [String], expected: [String]) {
        #expect(KeywordList.normalized(given) == expected)
    }
}
