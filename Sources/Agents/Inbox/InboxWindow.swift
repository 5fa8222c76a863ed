internal import Storage

/// What a connection has in hand of one kind of item, and how much that may be.
struct InboxWindow: Sendable {
    private let most: Int
    private let mostBytes: Int
    private(set) var count = 0
    private var bytes = 0

    /// At least one item fits, however large.
    init(items: Int, bytes: Int) {
        most = items
        mostBytes = bytes
    }

    var hasRoom: Bool { count == 0 || count < most && bytes < mostBytes }
    /// So much is free that another page is worth reading.
    var isHalfEmpty: Bool { count <= most / 2 && hasRoom }

    mutating func add(_ message: MessageRecord) {
        count += 1
        bytes += message.content.utf8.count
    }

    mutating func remove(_ message: MessageRecord) {
        count -= 1
        bytes -= message.content.utf8.count
    }

    mutating func removeAll() {
        count = 0
        bytes = 0
    }
}
