import Crypto
import FoundationEssentials

/// `Sec-WebSocket-Key` and the answer to it (RFC 6455 section 4.2.2), which shows that the server speaks WebSocket.
enum WebSocketHandshakeKey {
    /// Whether `text` looks like 16 bytes in base64: 22 letters of its alphabet and two `=`.
    static func isWellFormed(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 24 && bytes[22...] == [UInt8(ascii: "="), UInt8(ascii: "=")]
            && Data(base64Encoded: text)?.count == 16
    }

    /// The value of `Sec-WebSocket-Accept` for a key.
    static func accept(_ key: String) -> String {
        let digest = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        return Data(digest).base64EncodedString()
    }

    /// A new random key.
    static func random() -> String {
        Data((0..<16).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
    }
}
