import Testing

@testable import Agents

struct RepeatableRequestTests {
    private func request(_ key: String, route: String = "POST /r", body: String = "") throws -> RepeatableRequest {
        try RepeatableRequest(route: route, key: key, body: body.utf8Span.span)
    }

    @Test func keysHaveTheirRouteAsScope() throws {
        #expect(try request("k").key != request("k", route: "POST /s").key)
    }

    @Test func theFingerprintIsThatOfTheBody() throws {
        let empty = try request("k").fingerprint.hexadecimal
        #expect(empty == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try request("k", body: "a").fingerprint != request("k", body: "b").fingerprint)
    }

    @Test(arguments: ["", "a b", "a\n", "\u{7F}", "é", String(repeating: "k", count: 256)])
    func strangeKeysAreRefused(key: String) {
        #expect(throws: AgentsError.self) { try request(key) }
    }

    @Test func theLongestKeyIsFine() throws {
        _ = try request(String(repeating: "k", count: 255))
    }

    @Test func hookKeysNameTheCallAndStayShort() {
        let short = RepeatableRequest(vendor: "claude", session: "s", call: "c", event: "PostToolUse")
        #expect(short.key == "claude:s:c:PostToolUse")
        let call = String(repeating: "c", count: 5000)
        let long = RepeatableRequest(vendor: "claude", session: "s", call: call, event: "PostToolUse")
        #expect(long.key.utf8.count == "claude:".utf8.count + 64)
        #expect(long.key != RepeatableRequest(vendor: "claude", session: "t", call: call, event: "PostToolUse").key)
    }
}
