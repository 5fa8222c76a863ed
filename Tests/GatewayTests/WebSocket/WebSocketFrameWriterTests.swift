import Gateway
import Testing

@Suite struct WebSocketFrameWriterTests {
    @Test(
        arguments: [
            (0, [0x82, 0x00]), (125, [0x82, 125]), (126, [0x82, 126, 0, 126]), (65_535, [0x82, 126, 0xFF, 0xFF]),
            (65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func writesTheShortestHead(_ count: Int, _ head: [UInt8]) {
        let payload = [UInt8](repeating: 5, count: count)
        var output: [UInt8] = [1, 2]
        WebSocketFrameWriter.appendUnmasked(payload.span, opcode: .binary, to: &output)
        #expect(output == [1, 2] + head + payload)
        #expect(WebSocketFrameWriter.headerLength(payload: count, masked: false) == head.count)
        #expect(WebSocketFrameWriter.headerLength(payload: count, masked: true) == head.count + 4)
    }

    @Test func setsTheBits() {
        var writer = WebSocketFrameWriter(role: .server)
        var output: [UInt8] = []
        let payload: [UInt8] = []
        writer.append(payload.span, opcode: .text, isFinal: false, isCompressed: true, to: &output)
        writer.append(payload.span, opcode: .continuation, to: &output)
        writer.append(payload.span, opcode: .ping, to: &output)
        #expect(output == [0x41, 0, 0x80, 0, 0x89, 0])
    }

    @Test func masksWithAFreshKeyForEachFrame() {
        var writer = WebSocketFrameWriter(role: .client)
        var keys: Set<[UInt8]> = []
        for _ in 0..<100 {
            var output: [UInt8] = []
            let payload = [UInt8](0..<13)
            writer.append(payload.span, opcode: .binary, to: &output)
            #expect(output[0] == 0x82 && output[1] == 0x8D && output.count == 19)
            let key = Array(output[2..<6])
            #expect(payload.indices.map { output[6 + $0] ^ key[$0 % 4] } == payload)
            keys.insert(key)
        }
        #expect(keys.count > 95)
    }

    @Test func cutsACloseReasonAtAScalar() {
        var writer = WebSocketFrameWriter(role: .server)
        var output: [UInt8] = []
        writer.appendClose(.slowConsumer, reason: String(repeating: "a", count: 122) + "ßß", to: &output)
        #expect(output == [0x88, 124, 0x0F, 0xA8] + [UInt8](repeating: 0x61, count: 122))
        output = []
        writer.appendClose(nil, reason: "never sent", to: &output)
        #expect(output == [0x88, 0])
    }
}
