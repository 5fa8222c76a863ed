import Bus
import Testing

@Suite struct JSONFieldTableTests {
    let table = JSONFieldTable<3>(["type", "data", "hook_event_name"])

    func texts(_ json: String) throws -> [String?] {
        let bytes = Array(json.utf8)
        let fields = try table.scan(bytes.span)
        return fields.indices.map { index in fields[index].map { String(decoding: bytes[$0.range], as: UTF8.self) } }
    }

    @Test(
        arguments: [
            ("{}", [nil, nil, nil]),
            (#"{"type":"a","data":{"type":1},"hook_event_name":null}"#, [#""a""#, #"{"type":1}"#, "null"]),
            (#"{"hook_event_name":1,"typo":2,"typ":3,"types":4}"#, [nil, nil, "1"]),
            (#"{"x":1,"x":2,"data":[]}"#, [nil, "[]", nil]),
            (#"{"\u0074ype":5}"#, ["5", nil, nil]),
            (#"{"\ud800":5,"data":0}"#, [nil, "0", nil]),
            (#"{"":5,"Type":6}"#, [nil, nil, nil]),
        ] as [(String, [String?])]
    )
    func `finds what was asked for`(json: String, expected: [String?]) throws {
        #expect(try texts(json) == expected)
    }

    @Test(
        arguments: [
            (#"{"type":1,"type":2}"#, .duplicateKey, 10),
            (#"{"type":1,"ty\u0070e":2}"#, .duplicateKey, 10),
            (#"{"data":1,"a":0,"data":1}"#, .duplicateKey, 16),
            (#"{"type":1"#, .unexpectedEnd, 9),
            (#"{"type":1,"a":[}]}"#, .unexpectedByte, 15),
            ("[]", .wrongKind, 0),
        ] as [(String, JSONError.Code, Int)]
    )
    func `refuses what two readers could read differently`(json: String, code: JSONError.Code, offset: Int) {
        #expect(throws: JSONError(code, at: offset)) { try texts(json) }
    }

    @Test func `reads an object inside a document`() throws {
        let bytes = Array(#"{"data":{"type":7}}"#.utf8)
        let outer = try table.scan(bytes.span)
        let data = try #require(outer[1])
        let inner = try table.scan(bytes.span, in: data.range)
        #expect(inner[0]?.range == 16..<17)
    }
}
