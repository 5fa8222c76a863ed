/// What one peer may make a connection hold or do. Every limit ends in a failure event with the code named here.
package struct WebSocketLimits: Sendable, Equatable {
    /// Largest message in bytes after reassembly and inflation; beyond it 1009.
    package var maxMessage: Int
    /// Most frames that one message may consist of; beyond it 1008. Without it a peer could keep a connection busy with
    /// empty fragments that never reach `maxMessage`.
    package var maxFragments: Int
    /// Largest payload of a single data frame as sent, in bytes; beyond it 1009, as soon as the header is read.
    package var maxFrame: Int

    /// `maxFrame` is `maxMessage` and one 64th more unless given: deflate lets incompressible bytes grow a little, and a
    /// message that is within the limit must not be refused for that.
    package init(maxMessage: Int = 1 << 20, maxFragments: Int = 1024, maxFrame: Int? = nil) {
        self.maxMessage = maxMessage
        self.maxFragments = maxFragments
        self.maxFrame = maxFrame ?? maxMessage + maxMessage / 64 + 64
    }

    /// The message endpoint: 1 MiB, 1024 fragments.
    package static let standard = WebSocketLimits()
    /// The `/echo` endpoint, whose conformance suites send up to 16 MiB and 65,536 fragments.
    package static let echo = WebSocketLimits(maxMessage: 16 << 20, maxFragments: 65_537)
}
