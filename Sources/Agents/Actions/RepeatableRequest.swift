internal import Crypto

/// A request that its client may send again without meaning it twice.
package struct RepeatableRequest: Equatable, Sendable {
    /// The client's key with its scope in front, so that two routes don't share keys.
    package let key: String
    /// SHA-256 of what was asked: the same key with another question is refused.
    package let fingerprint: [UInt8]
    /// What to do when neither memory nor store can say whether this is a repetition.
    package let whenUncertain: Uncertainty

    /// The choice between a lost record and a doubled one.
    package enum Uncertainty: Sendable {
        /// Answer 503: the client asked for certainty and will come again.
        case refuse
        /// Record it: a hook doesn't come again, and an action or a message that may count twice is better than a lost
        /// one.
        case record
    }

    /// The length of a key in bytes; anything longer than a UUID with a prefix is a mistake.
    static let maximumKeyLength = 255

    /// A request with an `Idempotency-Key` header.
    ///
    /// - Parameters:
    ///   - route: Method and path, the scope of the key.
    ///   - key: The header's value: 1 to 255 bytes of visible ASCII.
    ///   - body: The body as received.
    package init(route: String, key: String, body: Span<UInt8>) throws(AgentsError) {
        guard !key.isEmpty, key.utf8.count <= RepeatableRequest.maximumKeyLength,
            key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw .invalid([.init(field: "Idempotency-Key", text: "1 to 255 visible ASCII characters")])
        }
        self.key = "\(route) \(key)"
        fingerprint = RepeatableRequest.digest(body)
        whenUncertain = .refuse
    }

    /// A message with an id that its sender gave it. The id may be any text, so the key has its digest.
    package init(messageID: String, of sender: String, body: Span<UInt8>) {
        let name = "\(sender.utf8.count):\(sender)\(messageID)"
        key = "message \(RepeatableRequest.digest(name.utf8Span.span).hexadecimal)"
        fingerprint = RepeatableRequest.digest(body)
        whenUncertain = .record
    }

    /// A call that an agent's own id names. It is the same call whatever else the report says, so the fingerprint is
    /// that of the key and no repetition is ever refused.
    init(vendor: String, session: String, call: String, event: String) {
        let key = "\(vendor):\(session):\(call):\(event)"
        fingerprint = RepeatableRequest.digest(key.utf8Span.span)
        self.key = key.utf8.count <= RepeatableRequest.maximumKeyLength ? key : "\(vendor):\(fingerprint.hexadecimal)"
        whenUncertain = .record
    }

    private static func digest(_ bytes: Span<UInt8>) -> [UInt8] {
        var hash = SHA256()
        // The pointer doesn't leave the call.
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        return Array(hash.finalize())
    }
}

extension [UInt8] {
    /// Two lower-case digits for each byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
