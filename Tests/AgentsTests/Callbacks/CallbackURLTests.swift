import Bus
import Testing

@testable import Agents

struct CallbackURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080/hook?a=b", "127.0.0.1", 8080, "/hook?a=b", "127.0.0.1:8080"),
        ("HTTP://LocalHost", "localhost", 80, "/", "localhost"),
        ("http://[::1]:9/x", "::1", 9, "/x", "[::1]:9"), ("http://a.example?q", "a.example", 80, "/?q", "a.example"),
    ])
    func isTakenApart(text: String, host: String, port: UInt16, target: String, authority: String) throws {
        let url = try CallbackURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
        #expect(url.authority == authority)
    }

    @Test(arguments: [
        "", "http://", "https://localhost/", "ftp://localhost/", "localhost:80", "http://user@localhost/",
        "http://localhost/#f", "http://localhost:0/", "http://localhost:65536/", "http://localhost:80:80/",
        "http://local host/", "http://localhost/a b", "http://localhost/\r\nX: y", "http://[::1", "http://é/",
        "http://localhost\\@evil/", "http://lo%63alhost/", "http://" + String(repeating: "a", count: 254),
        "http://localhost/" + String(repeating: "a", count: 2048),
    ])
    func otherTextsAreRefused(text: String) {
        #expect { try CallbackURL(text) } throws: { error in
            (error as? AgentsError)?.problems.map(\.field) == ["callback_url"]
        }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("localhost", true), ("10.0.0.1", false),
        ("0.0.0.0", false), ("169.254.169.254", false), ("::ffff:10.0.0.1", false), ("::", false), ("fe80::1", false),
        // A name is looked up when it is called.
        ("build.example", true), ("10.0.0.7", true),
    ])
    func onlyThisMachineAndWhatIsAllowedMayBeNamed(host: String, isFine: Bool) {
        let hosts = CallbackHosts(allowed: ["10.0.0.7", "Hooks.Example"])
        #expect((hosts.refusal(ofHost: host) == nil) == isFine)
    }

    @Test(arguments: [
        ("127.0.0.1", "evil.example", true), ("10.0.0.1", "evil.example", false), ("10.0.0.1", "localhost", false),
        ("10.0.0.1", "hooks.example", true), ("::1", "localhost", true),
    ])
    func theAddressDecides(address: String, host: String, isFine: Bool) throws {
        let hosts = CallbackHosts(allowed: ["hooks.example"])
        #expect(hosts.mayConnect(to: try SocketAddress(host: address, port: 1), ofHost: host) == isFine)
    }
}
