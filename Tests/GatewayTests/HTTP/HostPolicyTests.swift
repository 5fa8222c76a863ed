import HTTPTypes
import Testing

@testable import Gateway

struct HostPolicyTests {
    private let policy = HostPolicy(
        ports: [3847, 3849],
        hosts: ["Build.example", "exact.example:8080", "bad host"],
        origins: ["https://dash.example", "*", "null", "http://*", ""]
    )

    @Test(arguments: [
        "localhost", "LOCALHOST", "localhost:3847", "localhost:", "127.0.0.1", "127.0.0.1:1", "127.255.0.255",
        "127.1.2.3:3847", "[::1]", "[::1]:3847", "build.example", "BUILD.example:99", "exact.example:8080",
    ])
    func servesHosts(_ authority: String) {
        #expect(policy.decide(authority: authority, origin: nil) == .allowed(origin: nil))
    }

    @Test(arguments: [
        "", "example.com", "localhost.", "localhost.example.com", "a.localhost", "127.0.0.1.example.com", "127.1",
        "127.0.0.01", "127.0.0.256", "127.0.0.1.", "128.0.0.1", "0127.0.0.1", "0x7f.0.0.1", "2130706433", "0.0.0.0",
        "[::]", "[::ffff:127.0.0.1]", "::1", "[::1", "192.168.1.2", "exact.example", "exact.example:80",
        "x.build.example", "localhost:99999", "localhost:x", "u@localhost", "localhost/", "bad host", "*",
        "127.0.0.1000", "127..0.1", "127.0.0.",
    ])
    func refusesHosts(_ authority: String) {
        #expect(policy.decide(authority: authority, origin: nil) == .refusedHost)
        #expect(policy.decide(authority: authority, origin: "http://localhost:3847") == .refusedHost)
    }

    @Test(arguments: [
        ("192.168.1.2", "192.168.1.2"), ("192.168.1.2:3847", "192.168.1.2"), ("[fe80::1]:3847", "fe80::1"),
        ("[FE80:0::0:1]", "fe80::1"),
    ])
    func servesTheAddressThatWasConnectedTo(_ authority: String, _ local: String) {
        #expect(policy.decide(authority: authority, origin: nil, local: local) == .allowed(origin: nil))
        #expect(policy.decide(authority: authority, origin: nil) == .refusedHost)
        #expect(policy.decide(authority: authority, origin: "http://x.example", local: local) == .refusedOrigin)
    }

    @Test(arguments: ["0.0.0.0", "192.168.1.3", "192.168.1.2.example.com", "[::]", "[192.168.1.2]", "evil.example"])
    func servesNoOtherAddress(_ authority: String) {
        #expect(policy.decide(authority: authority, origin: nil, local: "192.168.1.2") == .refusedHost)
    }

    @Test(arguments: [
        "http://localhost:3848", "http://127.0.0.1:3848", "http://localhost:3847", "http://127.0.0.1:3847",
        "http://localhost:3849", "https://dash.example",
    ])
    func servesOrigins(_ origin: String) {
        #expect(policy.decide(authority: "localhost", origin: origin) == .allowed(origin: origin))
    }

    @Test(arguments: [
        "null", "", "*", "http://*", "http://localhost", "https://localhost:3848", "http://localhost:3848/",
        "http://localhost:3850", "http://LOCALHOST:3848", "http://localhost:3848.example.com", "http://example.com",
        "http://127.0.0.2:3848", "http://[::1]:3847", "http://dash.example", "https://dash.example:443",
        "http://localhost:3848, http://localhost:3848",
    ])
    func refusesOrigins(_ origin: String) {
        #expect(policy.decide(authority: "localhost:3847", origin: origin) == .refusedOrigin)
    }

    @Test func twoOriginFieldsAreNone() throws {
        let field = "Origin: http://localhost:3848\r\n"
        let text =
            "GET / HTTP/1.1\r\nHost: localhost\r\n\(field)\(field)\r\n"
        let head = try #require(RequestReading(text).heads.first)
        #expect(policy.decide(authority: head.authority, origin: head.fields[.origin]) == .refusedOrigin)
    }

    @Test func theTargetOverrulesHost() throws {
        let text = "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
        let head = try #require(RequestReading(text).heads.first)
        #expect(policy.decide(authority: head.authority, origin: nil) == .refusedHost)
    }
}

struct CrossOriginFieldsTests {
    private let origin = "http://localhost:3848"

    @Test func answersTheOneOrigin() {
        let fields = CrossOriginFields.answer(to: origin)
        #expect(fields == [.accessControlAllowOrigin: origin, .vary: "Origin"])
    }

    @Test(
        arguments: [
            (nil, nil), ("", nil), ("content-type", "content-type"), ("Content-Type,X-A ,\tb", "Content-Type, X-A, b"),
            ("*", nil), ("a,*", nil), ("a,,b", nil), ("a b", nil), ("a,", nil), ("a\r\nX: y", nil), ("a:b", nil),
            ("é", nil),
        ] as [(String?, String?)]
    )
    func echoesTokensOnly(_ requested: String?, _ expected: String?) {
        let fields = CrossOriginFields.preflight(to: origin, requestedHeaders: requested)
        #expect(fields[.accessControlAllowHeaders] == expected)
        #expect(fields[.accessControlAllowOrigin] == origin)
        #expect(fields[.vary] == "Origin")
        #expect(fields[.accessControlAllowMethods]?.contains("DELETE") == true)
        #expect(fields[.accessControlMaxAge] == "600")
    }

    @Test func boundsTheEcho() {
        let most = String(repeating: "a", count: CrossOriginFields.maxRequestedHeaders)
        #expect(CrossOriginFields.preflight(to: origin, requestedHeaders: most)[.accessControlAllowHeaders] == most)
        let more = CrossOriginFields.preflight(to: origin, requestedHeaders: most + "a")
        #expect(!more.contains(.accessControlAllowHeaders))
    }
}
