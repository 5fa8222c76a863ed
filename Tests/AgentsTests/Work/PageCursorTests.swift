import Bus
import Storage
import Testing

@testable import Agents

struct PageCursorTests {
    @Test(arguments: [
        PageCursor(time: Timestamp(milliseconds: 1_795_428_000_000), id: "01a209a6-7faf-7000-83ff-4b7c1afab3a9"),
        PageCursor(number: 7, time: Timestamp(milliseconds: -5), id: "a b&c/é"),
        PageCursor(number: -1, time: Timestamp(milliseconds: 0), id: ""),
    ])
    func isReadAsItWasWritten(cursor: PageCursor) {
        #expect(PageCursor(text: cursor.text) == cursor)
        let safe = cursor.text.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_".utf8.contains(byte)
        }
        #expect(safe)
    }

    @Test(arguments: ["", "x", "IA", "====", "MSAy", "eCAxIGE", "IDEgAGE"])
    func whatIsNoneIsRefused(text: String) {
        #expect(PageCursor(text: text) == nil)
    }
}
