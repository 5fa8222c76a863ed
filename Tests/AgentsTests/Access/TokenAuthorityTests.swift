import Bus
import Testing

@testable import Agents

struct TokenAuthorityTests {
    private let clock = Lock(Timestamp(milliseconds: 1_795_453_200_000))
    private let tokens: TokenAuthority

    init() {
        tokens = TokenAuthority(secret: "a secret of the test") { [clock] in clock.withLock { $0 } }
    }

    private func advance(milliseconds: Int64) {
        clock.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + milliseconds) }
    }

    @Test func whatWasMintedIsGood() throws {
        let claims = try #require(tokens.verify(tokens.mint(agentID: "agent-1", sessionID: "s_1")))
        #expect(claims.agentID == "agent-1")
        #expect(claims.sessionID == "s_1")
        #expect(claims.expiresAt == Timestamp(milliseconds: 1_795_456_800_000))
        #expect(try tokens.verify(tokens.mint(agentID: "a"))?.sessionID == nil)
    }

    /// Worked out with another implementation from the secret and
    /// `{"agent_id":"a","issued_at":1795453200000,"expires_at":1795456800000}`.
    @Test func theFormatIsThatOfTheContract() throws {
        let json =
            "eyJhZ2VudF9pZCI6ImEiLCJpc3N1ZWRfYXQiOjE3OTU0NTMyMDAwMDAsImV4cGly"
            + "ZXNfYXQiOjE3OTU0NTY4MDAwMDB9"
        let code = "ca191121428957ef916ae005e6eb9783d6e60c331ed84b3a468dc854f656dd98"
        #expect(try tokens.mint(agentID: "a") == "\(json).\(code)")
    }

    @Test func itExpires() throws {
        let token = try tokens.mint(agentID: "a")
        advance(milliseconds: 3_599_999)
        #expect(tokens.verify(token) != nil)
        advance(milliseconds: 1)
        #expect(tokens.verify(token) == nil)
    }

    @Test func everyChangedCharacterSpoilsIt() throws {
        let token = Array(try tokens.mint(agentID: "a", sessionID: "s").utf8)
        for index in token.indices {
            var changed = token
            changed[index] = changed[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
            #expect(tokens.verify(String(decoding: changed, as: UTF8.self)) == nil)
            #expect(tokens.verify(String(decoding: token[..<index], as: UTF8.self)) == nil)
        }
        #expect(tokens.verify(String(decoding: token, as: UTF8.self) + "0") == nil)
        #expect(tokens.verify(String(decoding: token, as: UTF8.self) + ".x") == nil)
    }

    @Test(arguments: ["", ".", "..", "a.b", "é.é", "null", String(repeating: "a", count: 100_000)])
    func nonsenseIsNoToken(text: String) {
        #expect(tokens.verify(text) == nil)
    }

    @Test func anotherSecretIsAnotherAuthority() throws {
        let other = TokenAuthority(secret: "another") { [clock] in clock.withLock { $0 } }
        #expect(try other.verify(tokens.mint(agentID: "a")) == nil)
        let random = TokenAuthority(secret: nil)
        #expect(try random.verify(random.mint(agentID: "a")) != nil)
        #expect(try TokenAuthority(secret: nil).verify(random.mint(agentID: "a")) == nil)
    }

    @Test(arguments: ["", "a b", "a/b", "é", "a.b", "*", String(repeating: "a", count: 65)])
    func strangeIDsGetNone(id: String) {
        #expect(throws: AgentsError.self) { try tokens.mint(agentID: id) }
    }

    @Test func idsHaveTheirLengths() throws {
        let long = String(repeating: "a", count: 128)
        _ = try tokens.mint(agentID: String(long.prefix(64)), sessionID: long)
        #expect(throws: AgentsError.self) { try tokens.mint(agentID: "a", sessionID: long + "a") }
    }

    @Test func comparisonLooksAtAllBytes() {
        #expect(TokenAuthority.isEqual([], []))
        #expect(TokenAuthority.isEqual([1, 2], [1, 2]))
        #expect(!TokenAuthority.isEqual([1, 2], [1, 3]))
        #expect(!TokenAuthority.isEqual([0, 2], [1, 2]))
        #expect(!TokenAuthority.isEqual([1], [1, 2]))
    }
}
