import Gateway

/// What one way of feeding the parser showed, small enough to compare and without copies of large payloads.
private struct Outcome: Equatable {
    var events: [WebSocketEvent] = []
    var payloads: [[UInt8]] = []
}

private func feed(_ input: Span<UInt8>, pieces: (Int) -> Int, setting: UInt8) -> Outcome {
    let compression: WebSocketCompression? =
        setting & 2 == 0
        ? nil
        : WebSocketCompression(
            serverNoContextTakeover: setting & 4 != 0,
            clientNoContextTakeover: setting & 4 != 0,
            serverMaxWindowBits: setting & 8 != 0 ? 9 : 15,
            clientMaxWindowBits: setting & 8 != 0 ? 9 : 15
        )
    let limits = setting & 16 != 0 ? WebSocketLimits(maxMessage: 64, maxFragments: 3) : .standard
    var parser = WebSocketParser(role: setting & 1 == 0 ? .server : .client, limits: limits, compression: compression)
    var outcome = Outcome()
    var start = 0
    while start < input.count {
        let end = min(input.count, start + max(1, pieces(start)))
        parser.append(input.extracting(start..<end))
        while let event = parser.next() {
            outcome.events.append(event)
            outcome.payloads.append(parser.withPayload { bytes in bytes.indices.map { bytes[$0] } })
        }
        start = end
    }
    // What was handed out keeps its promises.
    for (event, payload) in zip(outcome.events, outcome.payloads) {
        switch event {
        case .message(let kind):
            precondition(payload.count <= limits.maxMessage)
            precondition(kind == .binary || String(validating: payload, as: UTF8.self) != nil)
        case .ping(let bytes), .pong(let bytes): precondition(bytes.count <= 125)
        case .close(let code, _): precondition(code?.isAllowedOnWire ?? true)
        case .failure(let code, let reason): precondition(code.isAllowedOnWire && reason.utf8.count <= 123)
        }
    }
    return outcome
}

/// The first byte chooses role, compression and limits, the second one how the rest is split; the events must be those of
/// the unsplit input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzWebSocketParser(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 2 else { return 0 }
    let input = unsafe UnsafeBufferPointer(start: start, count: count)
    let (setting, seed) = unsafe (input[0], Int(input[1]))
    let bytes = unsafe Array(input[2...])
    let whole = feed(bytes.span, pieces: { _ in count }, setting: setting)
    let split = feed(bytes.span, pieces: { seed == 0 ? 1 : 1 + ($0 &* 31 &+ seed) % (seed + 1) }, setting: setting)
    precondition(whole == split)
    return 0
}
