import Bus
import Testing

@testable import Agents

struct IdentityTests {
    @Test func aClaimIsSignedButNotVerified() {
        #expect(Identity.anonymous.sender == nil)
        let claimed = Identity.claimed(agentID: "a", sessionID: "s")
        #expect(claimed.sender == Sender(agentID: "a", isVerified: false))
        #expect(!claimed.isAuthenticated)
        for isVerified in [true, false] {
            let identity = Identity.authenticated(agentID: "a", sessionID: "s", isVerified: isVerified)
            #expect(identity.sender == Sender(agentID: "a", isVerified: isVerified))
            #expect(identity.isAuthenticated)
            #expect(identity.agentID == "a")
            #expect(identity.sessionID == "s")
        }
    }
}
