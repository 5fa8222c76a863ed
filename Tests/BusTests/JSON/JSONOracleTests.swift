import Bus
import Foundation
import TestSupport
import Testing

/// Foundation accepts what we accept and refuses what we refuse, except for:
/// - a byte order mark, UTF-16 and UTF-32 (Foundation guesses the encoding; JSON between systems is UTF-8);
/// - half surrogate pairs (refused there, here only when the string is decoded);
/// - numbers beyond the range of a double (refused there, here only when they are read);
/// - containers nested more than 128 deep (512 there).
@Suite struct JSONOracleTests {
    func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `accepts generated documents`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let document = RandomJSON.document(using: &random)
            try JSONScanner.validate(document.span)
            try #require(foundationAccepts(document), "\(String(decoding: document, as: UTF8.self))")
        }
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `agrees on mutated documents`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var document = RandomJSON.document(using: &random)
            RandomJSON.mutate(&document, using: &random)
            guard !document.starts(with: [0xEF, 0xBB, 0xBF]), !document.prefix(4).contains(0) else { continue }
            let accepted: Bool
            do {
                let value = try JSONScanner.validate(document.span)
                guard !value.hasLoneSurrogate, !RandomJSON.mayOverflow(document) else { continue }
                accepted = true
            } catch {
                accepted = false
            }
            try #require(accepted == foundationAccepts(document), "\(String(decoding: document, as: UTF8.self))")
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `decodes strings as Foundation does`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let document = RandomJSON.string(using: &random)
            let value = try JSONScanner.validate(document.span)
            let expected = try JSONSerialization.jsonObject(with: Data(document), options: .fragmentsAllowed) as? String
            let decoded = try JSONScanner.string(document.span, value)
            #expect(Array(decoded.utf8) == expected.map { Array($0.utf8) })
        }
    }
}
