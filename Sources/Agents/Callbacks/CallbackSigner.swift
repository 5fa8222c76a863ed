package import Bus
internal import Crypto
package import Storage

/// Signs callbacks, so that their receiver knows who calls. Each subscription has a key of its own, made of the server's
/// secret: a receiver can't sign for others, and nothing has to be kept.
package struct CallbackSigner: Sendable {
    private let secret: SymmetricKey

    /// - Parameter secret: The server's; nil for a random one, with which keys end with the process.
    package init(secret: String?) {
        self.secret = secret.map { SymmetricKey(data: Array($0.utf8)) } ?? SymmetricKey(size: .bits256)
    }

    /// The key of a subscription, as its owner gets it: 64 hexadecimal digits, which are the key as they stand.
    package func key(ofSubscription id: UUIDv7) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("callback \(id)".utf8), using: secret)
        return Array(code).hexadecimal
    }

    /// The value of `X-DCM-Signature`: `t=<milliseconds>,v1=<HMAC-SHA256 of "<milliseconds>.<body>">`. The time is part
    /// of what is signed, so that an old callback can't be played again for ever.
    package func signature(of body: [UInt8], at time: Timestamp, subscription id: UUIDv7) -> String {
        let key = SymmetricKey(data: Array(key(ofSubscription: id).utf8))
        let signed = Array("\(time.milliseconds).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: key)
        return "t=\(time.milliseconds),v1=\(Array(code).hexadecimal)"
    }
}
