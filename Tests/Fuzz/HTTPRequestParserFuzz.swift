import Gateway
import HTTPTypes

/// What came out of a parser, body pieces joined: that must not depend on how the input was cut.
private struct Outcome: Equatable {
    var heads: [HTTPRequestHead] = []
    var body: [UInt8] = []
    var bodyEnds: [Int] = []
    var error: HTTPParseError?
    var left = 0
}

private func read(_ bytes: [UInt8], pieceSize: Int) -> Outcome {
    // Small limits, so that short inputs reach them.
    let limits = HTTPLimits(
        maxRequestLine: 64,
        maxHead: 512,
        maxFieldCount: 8,
        maxBody: 256,
        maxChunkExtension: 16,
        maxTrailer: 32
    )
    var parser = HTTPRequestParser(limits: limits)
    var outcome = Outcome()
    var start = 0
    do {
        while start < bytes.count {
            let end = min(start + pieceSize, bytes.count)
            parser.append(Array(bytes[start..<end]).span)
            start = end
            while let event = try parser.next() {
                switch event {
                case .head(let head): outcome.heads.append(head)
                case .body(let piece): outcome.body += piece
                case .end: outcome.bodyEnds.append(outcome.body.count)
                }
            }
        }
        outcome.left = parser.bufferedBytes
    } catch {
        outcome.error = error
    }
    return outcome
}

/// The entry of libFuzzer: the first byte chooses the second way to cut, the rest is what a client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTPRequestParser(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    let whole = read(bytes, pieceSize: max(1, bytes.count))
    let cut = read(bytes, pieceSize: 1 + Int(first & 31))
    precondition(whole == cut, "the outcome depends on the cut")
    precondition(whole.bodyEnds.count <= whole.heads.count)
    for head in whole.heads {
        _ = try? QueryString(head.query)
        _ = try? QueryString.decodePathSegment(head.path[...])
        let policy = HostPolicy(ports: [3847])
        if case .allowed(let origin?) = policy.decide(authority: head.authority, origin: head.fields[.origin]) {
            precondition(origin.hasPrefix("http://"))
        }
    }
    return 0
}
