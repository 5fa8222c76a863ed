import Gateway
import TestSupport
import Testing

/// The same bytes give the same events, however they arrive.
@Suite struct WebSocketSplitTests {
    /// A random stream of mostly legal frames; some are damaged, so that failures are compared as well.
    private func stream(_ random: inout SeededGenerator, compression: WebSocketCompression?) -> [UInt8] {
        var output: [UInt8] = []
        var messages = WebSocketMessageWriter(role: .client, compression: compression)
        var frames = WebSocketFrameWriter(role: .client)
        let pong: [UInt8] = [1, 2]
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let payload = text(&random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: frames.append(payload.span.extracting(first: 100), opcode: .ping, to: &output)
            case 1:
                let cuts = [0, payload.count / 3, payload.count / 2, payload.count]
                for index in 0..<3 {
                    let piece = payload[cuts[index]..<cuts[index + 1]]
                    frames.append(
                        piece.span,
                        opcode: index == 0 ? .text : .continuation,
                        isFinal: index == 2,
                        to: &output
                    )
                    if Bool.random(using: &random) { frames.append(pong.span, opcode: .pong, to: &output) }
                }
            case 2: frames.append(payload.span, opcode: .text, to: &output)
            default: messages.append(payload.span, kind: Bool.random(using: &random) ? .text : .binary, to: &output)
            }
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            output[Int.random(in: 0..<output.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        }
        if Bool.random(using: &random) { frames.appendClose(.normal, reason: "tschüß", to: &output) }
        return output
    }

    private func text(_ random: inout SeededGenerator) -> [UInt8] {
        let words = ["bus ", "Größe ", "消息", "🙂", "x"]
        let count = Int.random(in: 0..<60, using: &random)
        return (0..<count).flatMap { _ in Array(words[Int.random(in: 0..<5, using: &random)].utf8) }
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func anySplitGivesTheSameEvents(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let compression = seed % 3 == 0 ? nil : WebSocketCompression(clientNoContextTakeover: seed % 3 == 1)
        let limits = seed % 5 == 0 ? WebSocketLimits(maxMessage: 150, maxFragments: 2) : .standard
        let input = stream(&random, compression: compression)
        func seen(_ cuts: [Int]) -> [SeenEvent] {
            WebSocketParser.transcript(of: input, cuts: cuts, limits: limits, compression: compression)
        }
        let whole = seen([])
        if seen(Array(0...input.count)) != whole { Issue.record("bytewise differs") }
        for cut in 0...input.count where seen([cut]) != whole { Issue.record("cut at \(cut) differs") }
        for _ in 0..<20 {
            let cuts = (0..<5).map { _ in Int.random(in: 0...input.count, using: &random) }.sorted()
            if seen(cuts) != whole { Issue.record("cuts \(cuts) differ") }
        }
    }
}
