/// What servers tell each other through NOTIFY, as its text: who speaks, and the news, each part on a line. No id and no
/// topic has line ends.
struct InboxWord: Equatable {
    let server: String
    let news: InboxNews

    init(server: String, news: InboxNews) {
        self.server = server
        self.news = news
    }

    /// Nil for what isn't the word of a server.
    init?(_ payload: String) {
        let lines = payload.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        switch lines.count {
        case 2: self.init(server: lines[0], news: .items(agentID: lines[1].isEmpty ? nil : lines[1]))
        case 6:
            guard let event = InboxReceipt.Event(rawValue: lines[1]), let id = UUIDv7(lines[2]) else { return nil }
            let receipt = InboxReceipt(
                event: event,
                messageID: id,
                agentID: lines[3],
                sender: lines[4],
                topic: lines[5]
            )
            self.init(server: lines[0], news: .receipt(receipt))
        default: return nil
        }
    }

    var payload: String {
        let lines: [String] =
            switch news {
            case .items(let agentID): [server, agentID ?? ""]
            case .receipt(let receipt):
                [
                    server, receipt.event.rawValue, receipt.messageID.description, receipt.agentID, receipt.sender,
                    receipt.topic,
                ]
            }
        return lines.joined(separator: "\n")
    }

    /// False for what a server knows by itself: its own receipts, and its own broadcasts, which it has offered. What it
    /// holds no more it has to look for like all others.
    func concerns(_ listener: String) -> Bool {
        if case .items(.some) = news { true } else { server != listener }
    }
}
