import Gateway
import Testing

@Suite struct UTF8ValidatorTests {
    static let samples: [[UInt8]] = [
        [], [0x00], [0x7F], [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2, 0x80], [0xDF, 0xBF], [0xC2],
        [0xC2, 0x41],
        [0xE0, 0x9F, 0xBF], [0xE0, 0xA0, 0x80], [0xE1, 0x80], [0xED, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
        [0xED, 0xBF, 0xBF],
        [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xEF, 0xBF, 0xC0], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80],
        [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xFE], [0xFF], [0xF0, 0x9F, 0x98], Array("κόσμε 𝄞 消息 🙂".utf8),
    ]

    @Test(arguments: samples) func agreesWithTheStandardLibrary(_ sample: [UInt8]) {
        // Also behind and in front of ASCII that fills whole words.
        for prefix in 0..<10 {
            for suffix in [0, 1, 9] {
                let text = [UInt8](repeating: 0x61, count: prefix) + sample + [UInt8](repeating: 0x62, count: suffix)
                let expected = String(validating: text, as: UTF8.self) != nil
                let isValid = UTF8Validator.isValid(text.span)
                #expect(isValid == expected)
                for cut in 0...text.count {
                    var validator = UTF8Validator()
                    let first = validator.consume(text.span.extracting(..<cut))
                    let second = validator.consume(text.span.extracting(cut...))
                    #expect((first && second && validator.isComplete) == expected)
                }
            }
        }
    }

    @Test func agreesOnEveryPairAndManyQuadruples() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for rest in [[], [0x80], [0xBF, 0x80], [0x41, 0x80]] as [[UInt8]] {
                    let text = [first, second] + rest
                    if UTF8Validator.isValid(text.span) != (String(validating: text, as: UTF8.self) != nil) {
                        Issue.record("\(text)")
                    }
                }
            }
        }
    }

    @Test func staysInvalid() {
        var validator = UTF8Validator()
        for byte in [0xFF, 0x61] as [UInt8] {
            let piece = [byte]
            let isValid = validator.consume(piece.span)
            #expect(!isValid)
        }
        #expect(!validator.isComplete)
    }
}
