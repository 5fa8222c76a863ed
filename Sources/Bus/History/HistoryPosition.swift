/// A place in the history of a channel: how far somebody has come.
package struct HistoryPosition: Hashable, Sendable {
    /// Counts the channel's events, from 1; 0 stands before the first.
    package let offset: Int64
    /// Names this count. A channel whose history was forgotten begins another one under another name.
    package let epoch: String

    package init(offset: Int64, epoch: String) {
        self.offset = offset
        self.epoch = epoch
    }

    /// A name for a new count: six characters of base 36, because it travels with every event.
    static func newEpoch() -> String {
        String(UInt64.random(in: 0..<MessageID.combinations) + MessageID.combinations, radix: 36).suffix(6).description
    }
}
