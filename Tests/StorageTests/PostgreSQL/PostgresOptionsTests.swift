import Testing

@testable import Storage

struct PostgresOptionsTests {
    @Test func aURLIsTakenApart() throws {
        let options = try PostgresOptions(
            url: "postgres://me:p%20w@a.example,10.0.0.1:6000/base?sslmode=require&connect_timeout=3"
        )
        #expect(options.database == "base")
        #expect(options.connectMilliseconds == 3000)
        #expect(options.parameters["password"] == "p w")
        #expect(options.parameters["sslmode"] == "require")
        #expect(options.parameters["gssencmode"] == "disable")
        #expect(options.parameters["host"] == nil)
        #expect(options.description == "base on a.example,10.0.0.1:,6000 as me")
    }

    @Test(arguments: ["postgres://%zz", "postgres://h/?nonsense=1", "my secret"])
    func aBadURLIsOneSentenceWithoutIt(url: String) {
        let error = #expect(throws: StorageError.self) { try PostgresOptions(url: url) }
        #expect(error?.code == .unreadable)
        #expect(error?.message.contains(url) == false)
    }

    @Test func theDatabaseHasAName() throws {
        #expect(try PostgresOptions(url: "postgres://h").database == "claude_context")
        #expect(
            PostgresOptions(host: "h", port: nil, database: nil, user: nil, password: nil).database == "claude_context"
        )
        #expect(try PostgresOptions(url: "postgres://h").connectMilliseconds == 10_000)
    }

    @Test func namesAreLookedUpAndEverythingElseIsNot() throws {
        let options = try PostgresOptions(url: "host=a,/run/p,,b,a,::1 hostaddr=,,,1.2.3.4,, port=1,2,3,4,5,6")
        let hosts = try PostgresHosts(options)
        #expect(hosts.names == ["a", "::1"])
        let found = hosts.candidates(["a": ["10.0.0.1", "fe80::1"], "::1": ["::1"]])
        #expect(
            found == [
                PostgresCandidate(host: "a", address: "10.0.0.1", port: "1"),
                PostgresCandidate(host: "a", address: "fe80::1", port: "1"),
                PostgresCandidate(host: "/run/p", address: "", port: "2"),
                PostgresCandidate(host: "", address: "", port: "3"),
                PostgresCandidate(host: "b", address: "1.2.3.4", port: "4"),
                PostgresCandidate(host: "a", address: "10.0.0.1", port: "5"),
                PostgresCandidate(host: "a", address: "fe80::1", port: "5"),
                PostgresCandidate(host: "::1", address: "::1", port: "6"),
            ]
        )
        #expect(hosts.candidates([:]).count == 3)
    }

    @Test(arguments: ["host=a,b port=1,2,3", "host=a,b hostaddr=1.2.3.4"])
    func listsHaveToFit(url: String) throws {
        let options = try PostgresOptions(url: url)
        #expect(throws: StorageError.self) { try PostgresHosts(options) }
    }
}
