internal import Agents

/// The bytes of one callback (RFC 9112).
enum CallbackRequest {
    /// A request after which the connection ends. Nothing in it comes from an agent but the URL, which has no blanks or
    /// line ends, ids in hexadecimal, and the body.
    static func bytes(_ callback: Callback, signature: String, attempt: Int) -> [UInt8] {
        let url = callback.url
        let lines = [
            "POST \(url.target) HTTP/1.1", "Host: \(url.authority)", "User-Agent: dcm/\(Version.text)",
            "Content-Type: application/json", "Content-Length: \(callback.body.count)", "Connection: close",
            "X-DCM-Delivery: \(callback.messageID)", "X-DCM-Subscription: \(callback.subscriptionID)",
            "X-DCM-Attempt: \(attempt)", "X-DCM-Signature: \(signature)",
        ]
        return Array(lines.map { $0 + "\r\n" }.joined().utf8) + Array("\r\n".utf8) + callback.body
    }
}
