/// How much one HTTP/1.1 connection may make the server hold or read before it is refused.
///
/// Sizes are bytes as they arrive, line ends included.
package struct HTTPLimits: Sendable, Equatable {
    /// Longest request line. Beyond it: 414. 8 KiB, the length that RFC 9112 section 3 asks everyone to support.
    package var maxRequestLine: Int
    /// Longest head: request line, fields and the empty line together. Beyond it: 431. 32 KiB.
    package var maxHead: Int
    /// Most field lines in a head, and again in a trailer section. Beyond it: 431. 100.
    package var maxFieldCount: Int
    /// Largest body of a request whose route asks for nothing else, see ``HTTPRequestParser/setBodyLimit(_:)``.
    /// Beyond it: 413. 1 MiB.
    package var maxBody: Int
    /// Chunk extensions of one whole request, summed up: a bound for each chunk would let a request of many small
    /// chunks carry any amount of bytes that count for no limit. Beyond it: 413. 4 KiB.
    package var maxChunkExtension: Int
    /// Longest trailer section. Beyond it: 431. 8 KiB.
    package var maxTrailer: Int

    /// The documented defaults, each of which can be replaced.
    package init(
        maxRequestLine: Int = 8 << 10,
        maxHead: Int = 32 << 10,
        maxFieldCount: Int = 100,
        maxBody: Int = 1 << 20,
        maxChunkExtension: Int = 4 << 10,
        maxTrailer: Int = 8 << 10
    ) {
        self.maxRequestLine = maxRequestLine
        self.maxHead = maxHead
        self.maxFieldCount = maxFieldCount
        self.maxBody = maxBody
        self.maxChunkExtension = maxChunkExtension
        self.maxTrailer = maxTrailer
    }
}
