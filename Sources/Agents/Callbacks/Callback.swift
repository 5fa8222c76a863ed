package import Storage

/// A message on its way to the URL of one subscription.
package struct Callback: Sendable, Equatable {
    /// The message's id: repeated attempts have the same.
    package let messageID: UUIDv7
    package let subscriptionID: UUIDv7
    package let agentID: String
    package let url: CallbackURL
    /// JSON, shared by all callbacks of one message.
    package let body: [UInt8]

    package init(messageID: UUIDv7, subscriptionID: UUIDv7, agentID: String, url: CallbackURL, body: [UInt8]) {
        self.messageID = messageID
        self.subscriptionID = subscriptionID
        self.agentID = agentID
        self.url = url
        self.body = body
    }
}

/// What became of one attempt.
package enum CallbackOutcome: Equatable, Sendable {
    /// The receiver answered with 2xx.
    case delivered
    /// Another attempt may succeed: it didn't answer, or with 408, 429 or 5xx.
    case failed(String)
    /// No attempt would: a redirect, another 4xx, or an address that may not be called.
    case refused(String)

    /// What a status means. Redirects are not followed: they could lead anywhere.
    package init(status: Int) {
        switch status {
        case 200...299: self = .delivered
        case 408, 429, 500...599: self = .failed("status \(status)")
        default: self = .refused("status \(status)")
        }
    }
}

/// Makes one attempt.
package protocol CallbackSender: Sendable {
    /// Sends and waits for the answer, a bounded time; ends early when the task is cancelled.
    func send(_ callback: Callback, signature: String, attempt: Int) async -> CallbackOutcome
}
