import Testing

@testable import Gateway

@Suite struct WebSocketCompressionPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { fields.joined(separator: " | ") }
        var fields: [String]
        var answer: String?
        var compression = WebSocketCompression()
    }

    static let asOffered: [Case] = [
        Case(fields: [], answer: nil),
        Case(fields: ["", " , "], answer: nil),
        Case(fields: ["permessage-deflate"], answer: "permessage-deflate"),
        Case(fields: ["x-webkit-deflate-frame, permessage-deflate"], answer: "permessage-deflate"),
        Case(fields: ["permessage-deflate; client_max_window_bits"], answer: "permessage-deflate"),
        Case(
            fields: ["permessage-deflate; client_max_window_bits=10"],
            answer: "permessage-deflate; client_max_window_bits=10",
            compression: WebSocketCompression(clientMaxWindowBits: 10)
        ),
        Case(
            fields: [#"permessage-deflate ;server_max_window_bits = "1\0""#],
            answer: "permessage-deflate; server_max_window_bits=10",
            compression: WebSocketCompression(serverMaxWindowBits: 10)
        ),
        Case(
            fields: ["permessage-deflate;server_max_window_bits=8;client_max_window_bits=8"],
            answer: "permessage-deflate; server_max_window_bits=8; client_max_window_bits=8",
            compression: WebSocketCompression(serverMaxWindowBits: 8, clientMaxWindowBits: 8)
        ),
        Case(
            fields: ["permessage-deflate; client_no_context_takeover; server_no_context_takeover"],
            answer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            compression: WebSocketCompression(serverNoContextTakeover: true, clientNoContextTakeover: true)
        ),
        // Declined offers, with and without another one behind them.
        Case(fields: ["permessage-deflate; unknown"], answer: nil),
        Case(fields: ["permessage-deflate; server_max_window_bits"], answer: nil),
        Case(fields: ["permessage-deflate; server_max_window_bits=7"], answer: nil),
        Case(fields: ["permessage-deflate; server_max_window_bits=16"], answer: nil),
        Case(fields: ["permessage-deflate; server_max_window_bits=010"], answer: nil),
        Case(fields: ["permessage-deflate; client_max_window_bits=99999999999999999999"], answer: nil),
        Case(fields: ["permessage-deflate; server_no_context_takeover=1"], answer: nil),
        Case(fields: ["permessage-deflate; client_no_context_takeover; client_no_context_takeover"], answer: nil),
        Case(fields: ["permessage-deflate; unknown=1, permessage-deflate"], answer: "permessage-deflate"),
        Case(
            fields: ["permessage-deflate; server_max_window_bits=99", "permessage-deflate; server_max_window_bits=9"],
            answer: "permessage-deflate; server_max_window_bits=9",
            compression: WebSocketCompression(serverMaxWindowBits: 9)
        ),
    ]

    @Test(arguments: asOffered) func honoursWhatIsOffered(_ offer: Case) {
        let answer = WebSocketCompressionPolicy.asOffered.answer(offer.fields)
        #expect(answer == Self.expected(offer))
    }

    static let small = WebSocketCompression(
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 12,
        clientMaxWindowBits: 12
    )
    static let shared: [Case] = [
        // A browser.
        Case(
            fields: ["permessage-deflate; client_max_window_bits"],
            answer:
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=12",
            compression: small
        ),
        // A client that names both windows.
        Case(
            fields: ["permessage-deflate; server_max_window_bits=12; client_max_window_bits=12"],
            answer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                + "server_max_window_bits=12; client_max_window_bits=12",
            compression: small
        ),
        Case(
            fields: ["permessage-deflate"],
            answer: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            compression: WebSocketCompression(
                serverNoContextTakeover: true,
                clientNoContextTakeover: true,
                serverMaxWindowBits: 12
            )
        ),
        Case(fields: ["permessage-deflate; server_max_window_bits=11"], answer: nil),
    ]

    @Test(arguments: shared) func sharedFormNeedsNoContext(_ offer: Case) {
        let answer = WebSocketCompressionPolicy.shared.answer(offer.fields)
        #expect(answer == Self.expected(offer))
    }

    @Test(arguments: [
        "permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; a=", "permessage-deflate a",
        #"permessage-deflate; a="1"#, #"permessage-deflate; a="1 2""#, #"permessage-deflate; a="""#, "(permessage)",
        "permessage-deflate; a=\"\\", "ü",
    ]) func refusesWhatIsNoList(_ field: String) {
        #expect(WebSocketCompressionPolicy.asOffered.answer([field]) == .malformed)
        #expect(WebSocketCompressionPolicy.off.answer([field]) == .malformed)
    }

    @Test func offAgreesToNothing() {
        #expect(WebSocketCompressionPolicy.off.answer(["permessage-deflate"]) == .none)
    }

    static func expected(_ offer: Case) -> WebSocketCompressionPolicy.Answer {
        guard let field = offer.answer else { return .none }
        return .agreed(WebSocketCompressionPolicy.Agreement(compression: offer.compression, field: field))
    }

    @Test(arguments: PermessageDeflateTests.parameters) func ourClientAndServerAgree(_ wanted: WebSocketCompression)
        throws
    {
        for policy in [WebSocketCompressionPolicy.asOffered, .shared] {
            switch policy.answer([WebSocketCompressionOffer.field(wanted)]) {
            case .agreed(let agreement):
                let outcome = WebSocketCompressionOffer.check([agreement.field], offer: wanted)
                guard case .agreed(var client) = outcome else {
                    Issue.record("client refuses \(agreement.field)")
                    continue
                }
                // A server may use a smaller window than it says; the client then reads with a larger one.
                #expect(client.serverMaxWindowBits >= agreement.compression.serverMaxWindowBits)
                client.serverMaxWindowBits = agreement.compression.serverMaxWindowBits
                #expect(client == agreement.compression)
                if policy == .asOffered { #expect(client == wanted) }
            case .none: #expect(policy == .shared && wanted.serverMaxWindowBits < 12)
            case .malformed: Issue.record("our own offer is malformed")
            }
        }
    }

    @Test(arguments: [
        "permessage-deflate; server_max_window_bits=11",
        "permessage-deflate; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=13",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=10, permessage-deflate", "other",
    ]) func clientRefusesAnAnswerToAnotherOffer(_ answer: String) {
        let offer = WebSocketCompression(
            serverNoContextTakeover: true,
            serverMaxWindowBits: 10,
            clientMaxWindowBits: 12
        )
        #expect(WebSocketCompressionOffer.check([answer], offer: offer) == .refused)
        #expect(WebSocketCompressionOffer.check([answer], offer: nil) == .refused)
        #expect(WebSocketCompressionOffer.check([], offer: offer) == .none)
    }
}
