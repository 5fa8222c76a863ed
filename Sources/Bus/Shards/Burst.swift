/// Messages of one channel that follow each other in one turn of the loop, as one block of frames.
///
/// A publisher that sends fast brings many messages in one read. Each subscriber then gets the block in one append: the
/// cost of finding a subscriber's buffer in memory, which is larger than that of copying a small message, is paid once.
struct Burst {
    /// Below so many subscribers the block would cost more than it saves.
    static let fewestMembers = 4
    /// Bytes after which the block goes out before the end of the turn.
    static let largestBlock = 128 << 10

    private var channel: ChannelName?
    private(set) var members: [Subscriber] = []
    /// The frames, for those who take bytes.
    private(set) var block: [UInt8] = []
    /// The messages, for those who take them one by one.
    private(set) var messages: [Message] = []
    private var hasSinks = false

    var isEmpty: Bool { channel == nil }
    var isFull: Bool { block.count >= Burst.largestBlock }

    /// Begins with the members that listen now; who comes or goes later must end the burst first.
    mutating func begin(_ message: Message, for members: [Subscriber]) {
        channel = message.channel
        self.members = members
        hasSinks = members.contains { if case .sink = $0.delivery { true } else { false } }
        append(message)
    }

    /// True if `message` goes to the same members.
    func takes(_ message: Message) -> Bool { channel == message.channel }

    mutating func append(_ message: Message) {
        block.append(contentsOf: message.wire)
        if hasSinks { messages.append(message) }
    }

    /// Empties it; the block's memory stays for the next one.
    mutating func end() {
        channel = nil
        members = []
        messages = []
        block.removeAll(keepingCapacity: true)
    }
}
