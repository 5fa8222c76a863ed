import Foundation
import Testing

@testable import Agents

struct Base64URLTests {
    @Test func agreesWithFoundation() {
        var bytes: [UInt8] = []
        for value in 0...255 {
            let text = Base64URL.encode(bytes)
            let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
            #expect(text == expected)
            #expect(Base64URL.decode(text.utf8) == bytes)
            bytes.append(UInt8(truncatingIfNeeded: value &* 167 &+ 13))
        }
    }

    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "AA==", "A+AA", "A/AA", "AA AA", "é"])
    func otherSpellingsAreRefused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
