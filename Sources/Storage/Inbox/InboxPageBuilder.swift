/// Takes the rows of a page until it is full; the row too many says that more follow.
struct InboxPageBuilder {
    private var items: [InboxItem] = []
    private var bytes = 0
    private var isFull = false

    var hasRoom: Bool { !isFull }
    var page: InboxPage { InboxPage(items: items, isLast: !isFull) }

    mutating func add(_ item: InboxItem) {
        guard items.count < InboxPage.rows, items.isEmpty || bytes < InboxPage.bytes else {
            isFull = true
            return
        }
        bytes += item.message.content.utf8.count
        items.append(item)
    }
}
