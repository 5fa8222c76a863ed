import Testing

@testable import Bus

@Suite struct RandomWordsTests {
    /// Some refills long: a refill that did nothing would repeat the words or give zeros.
    @Test func `words differ, also over refills and between generators`() {
        var first = RandomWords()
        var second = RandomWords()
        let words = (0..<300).flatMap { _ in [first.next(), second.next()] }
        #expect(Set(words).count == words.count)
        #expect(!words.contains(0))
    }
}
