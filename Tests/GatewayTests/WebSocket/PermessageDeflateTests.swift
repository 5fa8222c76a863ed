import Gateway
import TestSupport
import Testing

@Suite struct PermessageDeflateTests {
    static let parameters: [WebSocketCompression] = [true, false].flatMap { serverForgets in
        [true, false].flatMap { clientForgets in
            [8, 9, 12, 15].flatMap { serverBits in
                [8, 10, 15].map { clientBits in
                    WebSocketCompression(
                        serverNoContextTakeover: serverForgets,
                        clientNoContextTakeover: clientForgets,
                        serverMaxWindowBits: serverBits,
                        clientMaxWindowBits: clientBits
                    )
                }
            }
        }
    }

    /// Empty, tiny, repetitive, random and mixed messages, some larger than zlib's windows and our scratch memory.
    private func messages(_ random: inout SeededGenerator) -> [[UInt8]] {
        let noise = (0..<40_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let json = Array(String(repeating: #"{"type":"event","channel":"global","data":{"n":1}}"#, count: 900).utf8)
        return [[], [1], json, Array(json[..<70]), Array(json[..<70]), noise, [], json + noise, noise + noise, json]
    }

    @Test(arguments: parameters) func roundTripsInBothDirections(_ compression: WebSocketCompression) {
        var random = SeededGenerator(seed: 7)
        for (sender, receiver) in [(WebSocketRole.client, WebSocketRole.server), (.server, .client)] {
            let sent = messages(&random)
            var writer = WebSocketMessageWriter(role: sender, compression: compression)
            var output: [UInt8] = []
            for message in sent { writer.append(message.span, kind: .binary, to: &output) }
            let cuts = (0..<9).map { _ in Int.random(in: 0...output.count, using: &random) }.sorted()
            let seen = WebSocketParser.transcript(of: output, cuts: cuts, role: receiver, compression: compression)
            #expect(seen == sent.map(SeenEvent.binary))
        }
    }

    @Test func fragmentsOfACompressedMessageMayHoldControlFrames() {
        let text = String(repeating: "compress me, please. ", count: 20)
        var deflater = Deflater(windowBits: 15, keepsContext: true)
        var compressed: [UInt8] = []
        let message = Array(text.utf8)
        let isCompressed = deflater.deflate(message.span, into: &compressed)
        #expect(isCompressed && compressed.count < 60)
        let input = [
            RawFrame(0x41, Array(compressed[..<10])), RawFrame(0x89, "?"), RawFrame(0x00),
            RawFrame(0x80, Array(compressed[10...])),
        ].flatMap(\.bytes)
        let seen = WebSocketParser.transcript(of: input, compression: WebSocketCompression())
        #expect(seen == [.bare(.ping([0x3F])), .text(text)])
    }

    /// The examples of RFC 7692 section 7.2.3.
    @Test(
        arguments: [
            ([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "one block"),
            ([0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00], "no compression"),
            ([0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], "marked as last"),
            ([0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00], "two blocks"),
        ] as [([UInt8], String)]
    )
    func readsTheExamplesOfTheStandard(_ payload: [UInt8], _ name: String) {
        // Twice, because the state that a message leaves behind must be sound, and a reference to the first one follows.
        let second: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]
        let input = RawFrame(0xC1, payload).bytes + RawFrame(0xC1, payload).bytes + RawFrame(0xC1, second).bytes
        let seen = WebSocketParser.transcript(of: input, compression: WebSocketCompression())
        #expect(seen == [.text("Hello"), .text("Hello"), .text("Hello")])
    }

    @Test(arguments: [[], [0x00]] as [[UInt8]]) func readsEmptyMessages(_ payload: [UInt8]) {
        let input = RawFrame(0xC1, payload).bytes + RawFrame(0xC1, payload).bytes
        for forgets in [true, false] {
            let compression = WebSocketCompression(clientNoContextTakeover: forgets)
            #expect(WebSocketParser.transcript(of: input, compression: compression) == [.text(""), .text("")])
        }
    }

    @Test func aBombStopsAtTheLimit() {
        var deflater = Deflater(windowBits: 15, keepsContext: false)
        var bomb: [UInt8] = []
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        let isCompressed = deflater.deflate(zeros.span, into: &bomb)
        #expect(isCompressed && bomb.count < zeros.count / 900)
        let frame = RawFrame(0xC2, bomb).bytes
        let seen = WebSocketParser.transcript(of: frame, compression: WebSocketCompression())
        #expect(seen == [.bare(.failure(.messageTooBig, reason: "Message too big"))])

        var inflater = Inflater(windowBits: 15, keepsContext: true)
        var output: [UInt8] = []
        let outcome = inflater.inflate(bomb.span, into: &output, limit: 100_000)
        #expect(outcome == .tooBig && output.count == 100_000)
    }

    @Test func anInflatedMessageMayFillTheLimitExactly() {
        let limits = WebSocketLimits(maxMessage: 32_768)
        for (count, isAllowed) in [(32_768, true), (32_769, false)] {
            var output: [UInt8] = []
            var writer = WebSocketMessageWriter(role: .client, compression: WebSocketCompression())
            let message = [UInt8](repeating: 9, count: count)
            writer.append(message.span, kind: .binary, to: &output)
            let seen = WebSocketParser.transcript(of: output, limits: limits, compression: WebSocketCompression())
            let failure = SeenEvent.bare(.failure(.messageTooBig, reason: "Message too big"))
            #expect(seen == [isAllowed ? .binary(message) : failure])
        }
    }

    /// Nine bits are used where eight were agreed on; what comes out must not reach back further than 256 bytes. Every
    /// block of text repeats at a distance of 251 to 262 bytes, so a compressor with a larger reach would use that.
    @Test(arguments: 245...262) func eightBitsReachBackAtMostAWindowOf256(_ distance: Int) {
        var random = SeededGenerator(seed: UInt64(distance))
        let block = (0..<distance).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let message = block + block + block
        var sizes: [Int] = []
        for bits in [8, 10] {
            var deflater = Deflater(windowBits: bits, keepsContext: false)
            var output: [UInt8] = []
            let isCompressed = deflater.deflate(message.span, into: &output)
            #expect(isCompressed)
            sizes.append(output.count)
        }
        #expect(sizes[1] < message.count / 2)
        #expect((sizes[0] < message.count / 2) == (distance <= 250))
    }

    @Test func contextIsKeptOrForgottenAsAgreed() {
        var random = SeededGenerator(seed: 3)
        let noise = (0..<500).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        for keepsContext in [true, false] {
            var deflater = Deflater(windowBits: 15, keepsContext: keepsContext)
            var first: [UInt8] = []
            var second: [UInt8] = []
            let isCompressed = [
                deflater.deflate(noise.span, into: &first), deflater.deflate(noise.span, into: &second),
            ]
            #expect(isCompressed == [true, true])
            #expect((second.count < 50) == keepsContext)
            #expect((first == second) == !keepsContext)
        }
    }

    @Test func smallMessagesGoUncompressed() {
        var output: [UInt8] = []
        var writer = WebSocketMessageWriter(role: .server, compression: WebSocketCompression())
        let message = [UInt8](repeating: 0x61, count: Deflater.smallestWorthwhile - 1)
        writer.append(message.span, kind: .text, to: &output)
        #expect(output == [0x81, UInt8(message.count)] + message)
        let longer = message + [0x61]
        writer.append(longer.span, kind: .text, to: &output)
        #expect(output[message.count + 2] == 0xC1)
    }
}
