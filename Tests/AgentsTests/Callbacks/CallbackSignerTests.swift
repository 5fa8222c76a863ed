import Bus
import Crypto
import Storage
import Testing

@testable import Agents

struct CallbackSignerTests {
    private let id = UUIDv7(high: 1, low: 2)
    private let signer = CallbackSigner(secret: "secret")

    @Test func aReceiverCanCheckTheSignature() throws {
        let body = Array(#"{"a":1}"#.utf8)
        let signature = signer.signature(of: body, at: Timestamp(milliseconds: 1234), subscription: id)
        let key = SymmetricKey(data: Array(signer.key(ofSubscription: id).utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Array(#"1234.{"a":1}"#.utf8), using: key)
        #expect(signature == "t=1234,v1=\(Array(code).hexadecimal)")
    }

    @Test func keysDependOnTheSecretAndTheSubscription() {
        let key = signer.key(ofSubscription: id)
        #expect(key.count == 64)
        #expect(key == CallbackSigner(secret: "secret").key(ofSubscription: id))
        #expect(key != CallbackSigner(secret: "other").key(ofSubscription: id))
        #expect(key != signer.key(ofSubscription: UUIDv7(high: 1, low: 3)))
    }

    @Test(arguments: [
        (200, CallbackOutcome.delivered), (204, .delivered), (301, .refused("status 301")),
        (404, .refused("status 404")),
        (408, .failed("status 408")), (429, .failed("status 429")), (500, .failed("status 500")),
        (101, .refused("status 101")),
    ])
    func statusesMeanWhatTheySay(status: Int, outcome: CallbackOutcome) {
        #expect(CallbackOutcome(status: status) == outcome)
    }
}
