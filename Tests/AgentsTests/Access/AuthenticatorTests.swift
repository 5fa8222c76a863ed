import Testing

@testable import Agents

struct AuthenticatorTests {
    private let tokens = TokenAuthority(secret: "s")
    private func authenticator(isDevelopment: Bool, secret: String? = "s") -> Authenticator {
        Authenticator(secret: secret, isDevelopment: isDevelopment, tokens: tokens)
    }

    @Test func aTokenProvesAndOverrides() throws {
        let token = try tokens.mint(agentID: "real", sessionID: "t")
        let identity = try authenticator(isDevelopment: false).authenticate(
            token: token,
            agentID: "other",
            sessionID: "m",
            as: .claimed(agentID: "claimed", sessionID: "q")
        )
        #expect(identity == .authenticated(agentID: "real", sessionID: "t", isVerified: true))
    }

    @Test func theSessionFallsBack() throws {
        let token = try tokens.mint(agentID: "real")
        let authenticator = authenticator(isDevelopment: true)
        let claimed = Identity.claimed(agentID: "claimed", sessionID: "q")
        #expect(
            try authenticator.authenticate(token: token, agentID: nil, sessionID: nil, as: claimed).sessionID == "q"
        )
        #expect(
            try authenticator.authenticate(token: token, agentID: nil, sessionID: "m", as: claimed).sessionID == "m"
        )
        #expect(try authenticator.authenticate(token: nil, agentID: "a", sessionID: nil, as: claimed).sessionID == "q")
    }

    @Test func credentialsAreTheSecretOrAToken() throws {
        let authenticator = authenticator(isDevelopment: false)
        #expect(authenticator.credentials(of: "s") == .secret)
        let claims = try #require(tokens.verify(try tokens.mint(agentID: "a")))
        #expect(authenticator.credentials(of: try tokens.mint(agentID: "a")) != nil)
        #expect(
            try authenticator.identity(with: .token(claims), agentID: "b", sessionID: nil, as: .anonymous).agentID
                == "a"
        )
        for text in ["", "S", "s ", "ss", "x.y"] { #expect(authenticator.credentials(of: text) == nil) }
        #expect(self.authenticator(isDevelopment: true, secret: nil).credentials(of: "") == nil)
    }

    @Test(arguments: [
        ("a" as String?, Identity.anonymous, Identity.authenticated(agentID: "a", sessionID: "t", isVerified: true)),
        (nil, .anonymous, .anonymous), ("", .anonymous, .anonymous),
        (nil, .claimed(agentID: "c", sessionID: nil), .authenticated(agentID: "c", sessionID: "t", isVerified: true)),
    ])
    func theSecretProvesTheIDBesideIt(agentID: String?, current: Identity, known: Identity) throws {
        let authenticator = authenticator(isDevelopment: false)
        #expect(
            try authenticator.authenticate(token: "s", agentID: agentID, sessionID: "t", as: current) == known
        )
    }

    @Test func theSecretProvesNoNonsense() {
        #expect(throws: Authenticator.Failure.missingCredentials) {
            try authenticator(isDevelopment: false)
                .authenticate(token: "s", agentID: "a/b", sessionID: nil, as: .anonymous)
        }
    }

    @Test func aWordIsEnoughInDevelopmentOnly() throws {
        let identity = try authenticator(isDevelopment: true).authenticate(
            token: "",
            agentID: "a",
            sessionID: nil,
            as: .anonymous
        )
        #expect(identity == .authenticated(agentID: "a", sessionID: nil, isVerified: false))
        #expect(throws: Authenticator.Failure.tokenRequired) {
            try authenticator(isDevelopment: false).authenticate(
                token: nil,
                agentID: "a",
                sessionID: nil,
                as: .anonymous
            )
        }
    }

    @Test func failuresHaveTheCodesOfTheContract() {
        let authenticator = authenticator(isDevelopment: true)
        #expect(throws: Authenticator.Failure.invalidToken) {
            try authenticator.authenticate(token: "x", agentID: "a", sessionID: nil, as: .anonymous)
        }
        for id in [nil, "", "a/b", "*"] {
            #expect(throws: Authenticator.Failure.missingCredentials) {
                try authenticator.authenticate(token: nil, agentID: id, sessionID: nil, as: .anonymous)
            }
        }
        let failures: [Authenticator.Failure] = [.invalidToken, .tokenRequired, .missingCredentials]
        #expect(failures.map(\.rawValue) == ["4001", "4002", "4003"])
    }

    @Test(arguments: [
        (true, true, nil, true), (true, false, nil, false), (false, true, nil, false), (false, false, "s", true),
        (false, true, "t", false), (false, true, "", false),
    ])
    func mintingNeedsTheSecretOrThisMachine(
        isDevelopment: Bool,
        isLoopback: Bool,
        presented: String?,
        mayMint: Bool
    ) {
        let authenticator = authenticator(isDevelopment: isDevelopment)
        #expect(authenticator.mayMint(presentedSecret: presented, isLoopback: isLoopback) == mayMint)
    }

    @Test func withoutASecretNoneFits() {
        let authenticator = authenticator(isDevelopment: false, secret: nil)
        #expect(!authenticator.mayMint(presentedSecret: "", isLoopback: true))
    }
}
