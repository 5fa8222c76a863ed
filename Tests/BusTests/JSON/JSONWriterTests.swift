import Bus
import Foundation
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    func written(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func `puts commas where they belong`() {
        let text = written { json in
            json.beginObject()
            json.field("type", "ack")
            json.key("list")
            json.beginArray()
            json.beginArray()
            json.endArray()
            json.beginObject()
            json.endObject()
            json.value(1)
            json.value(true)
            json.null()
            json.endArray()
            json.field("none", nil as String?)
            json.field("absent", nil as Int64?)
            json.field("count", 3)
            json.field("ok", false)
            json.field("raw", raw: Array(#"{"a" : 1}"#.utf8).span)
            json.field("at", Timestamp(milliseconds: 1_795_453_200_000))
            json.field("half", 0.5)
            json.endObject()
        }
        let expected =
            #"{"type":"ack","list":[[],{},1,true,null],"none":null,"absent":null,"count":3,"ok":false,"#
            + #""raw":{"a" : 1},"at":"2026-11-23T17:00:00.000Z","half":0.5}"#
        #expect(text == expected)
    }

    @Test func `appends to what is there`() {
        var json = JSONWriter(appendingTo: Array("data: ".utf8))
        json.value("x")
        #expect(json.bytes == Array(#"data: "x""#.utf8))
    }

    @Test(arguments: [
        ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\0\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""), ("é\u{2028}\u{2029}😀", "\"é\u{2028}\u{2029}😀\""),
    ])
    func `escapes what has to be escaped`(string: String, expected: String) {
        #expect(written { $0.value(string) } == expected)
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "0"), (1, "1"), (1e15, "1000000000000000"), (1e18, "1000000000000000000"), (0.1, "0.1"),
        (-2.5, "-2.5"), (1e20, "1e+20"), (.leastNonzeroMagnitude, "5e-324"), (.infinity, "null"), (.nan, "null"),
        (1.0 / 3, "0.3333333333333333"),
    ])
    func `writes doubles`(double: Double, expected: String) {
        #expect(written { $0.value(double) } == expected)
    }

    @Test(arguments: [0, 1, -1, 9, 10, 99, 100, -100, .max, .min, 1_000_000_007] as [Int64])
    func `writes integers`(integer: Int64) {
        #expect(written { $0.value(integer) } == String(integer))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `what is written reads back, here and in Foundation`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var string = ""
            for _ in 0..<Int.random(in: 0..<30, using: &random) {
                let limit: UInt32 = [0x80, 0x30, 0x800, 0x11_0000][Int.random(in: 0..<4, using: &random)]
                if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
                    string.unicodeScalars.append(scalar)
                }
            }
            let double = Double(bitPattern: random.next())
            var json = JSONWriter()
            json.beginArray()
            json.value(string)
            json.value(double)
            json.endArray()
            let bytes = json.bytes
            var values: [JSONValue] = []
            try JSONScanner.scanArray(bytes.span, in: 0..<bytes.count) { values.append($0) }
            let readString = try JSONScanner.string(bytes.span, values[0])
            #expect(Array(readString.utf8) == Array(string.utf8))
            let readDouble = JSONScanner.double(bytes.span, values[1])
            #expect(readDouble == (double.isFinite ? double : nil))
            let parsed = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [Any])
            #expect((parsed[0] as? String).map { Array($0.utf8) } == Array(string.utf8))
        }
    }
}
