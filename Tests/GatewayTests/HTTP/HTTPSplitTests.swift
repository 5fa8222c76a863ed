import TestSupport
import Testing

@testable import Gateway

/// The network cuts where it likes; the events must not depend on it.
struct HTTPSplitTests {
    private static let samples = [
        "GET /a?b HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
        "\r\nPOST /api/actions HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3;x=y\r\nabc\r\nB\r\nhello world\r\n0\r\nT: u\r\n\r\n",
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"
            + "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nGET /4 HTT",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\nX: \0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n\r\n",
    ]

    /// Small ones, so that the samples meet them in the middle of lines.
    private static let limits = [
        HTTPLimits(),
        HTTPLimits(maxRequestLine: 18, maxHead: 45, maxFieldCount: 1, maxBody: 5, maxChunkExtension: 2, maxTrailer: 3),
        HTTPLimits(maxHead: 42, maxBody: 11),
    ]

    private static func cuts(_ bytes: [UInt8], at cuts: [Int]) -> [ArraySlice<UInt8>] {
        zip([0] + cuts, cuts + [bytes.count]).map { bytes[$0..<$1] }
    }

    @Test(arguments: samples)
    func oneByteAtATimeAndAllPairsGiveTheSame(_ sample: String) {
        let bytes = Array(sample.utf8)
        for limits in Self.limits {
            let whole = RequestReading([bytes[...]], limits: limits)
            #expect(RequestReading(Self.cuts(bytes, at: Array(1..<bytes.count)), limits: limits) == whole)
            for cut in 0...bytes.count {
                #expect(RequestReading(Self.cuts(bytes, at: [cut]), limits: limits) == whole, "cut at \(cut)")
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func randomCutsOfDamagedRequestsGiveTheSame(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            var bytes = (0..<Int.random(in: 1...3, using: &generator)).flatMap { _ in
                Array((Self.samples.randomElement(using: &generator) ?? "").utf8)
            }
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = Array("\r\n\t :;,0a\u{7f}".utf8).randomElement(using: &generator) ?? 0
            }
            let cuts = (0..<Int.random(in: 1...12, using: &generator))
                .map { _ in Int.random(in: 0...bytes.count, using: &generator) }.sorted()
            let limits = Self.limits.randomElement(using: &generator) ?? HTTPLimits()
            let whole = RequestReading([bytes[...]], limits: limits)
            #expect(RequestReading(Self.cuts(bytes, at: cuts), limits: limits) == whole, "seed \(seed)")
        }
    }

    /// Byte by byte through a large body and a long head: with a rescan or a shift per byte this takes minutes.
    @Test func manySmallPiecesCostNoMoreThanOneLarge() {
        let fields = (0..<90).map { "X-\($0): \(String(repeating: "v", count: 300))\r\n" }.joined()
        let text = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\(fields)\r\n"
        let bytes = Array(text.utf8) + [UInt8](repeating: 0x78, count: 500_000)
        var parser = HTTPRequestParser()
        var body = 0
        for byte in bytes {
            parser.append([byte].span)
            while let event = try? parser.next() {
                if case .body(let piece) = event { body += piece.count }
            }
        }
        #expect(body == 500_000)
        #expect(parser.isIdle)
    }
}
