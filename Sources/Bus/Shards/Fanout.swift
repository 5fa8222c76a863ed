/// Messages on their way to many subscribers, in slices: each turn of the loop has a budget, so that the copies for ten
/// thousand subscribers neither hold the loop nor lie in memory all at once.
struct Fanout {
    private let members: [Subscriber]
    /// The frames, for those who take bytes.
    private let block: [UInt8]
    /// The messages, for those who take them one by one.
    private let messages: [Message]
    private var next = 0

    init(_ burst: Burst) {
        members = burst.members
        block = burst.block
        messages = burst.messages
    }

    /// A part of it for one subscriber.
    enum Piece {
        case frames([UInt8], TCPStream)
        case messages([Message], any MessageSink)
    }

    /// Bytes that each piece costs.
    var cost: Int { block.count }

    /// Everybody has it.
    var isDone: Bool { next == members.count }

    /// The next piece, nil at the end.
    mutating func nextPiece() -> Piece? {
        while next < members.count, members[next].isGone { next += 1 }
        guard next < members.count else { return nil }
        defer { next += 1 }
        switch members[next].delivery {
        case .wire(let stream): return .frames(block, stream)
        case .sink(let sink): return .messages(messages, sink)
        }
    }
}
