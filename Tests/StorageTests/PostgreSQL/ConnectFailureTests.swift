import Testing

@testable import Storage

struct ConnectFailureTests {
    private static let place = #"connection to server at "db" (10.0.0.1), port 5432 failed: "#

    @Test(arguments: [
        #"invalid sslmode value: "sure""#,
        #"invalid port number: "70000""#,
        place + "fe_sendauth: no password supplied",
        place + #"server certificate for "a" does not match host name "db""#,
        place + "SSL error: certificate verify failed",
        place + #"root certificate file "/none" does not exist"# + "\nEither provide the file or change sslmode.",
        place + "server does not support SSL, but SSL was required",
    ])
    func isMendedByAPerson(message: String) {
        #expect(ConnectFailure.isOfSettings(message))
    }

    @Test(arguments: ["22023", "42704"]) func isAWrongSetting(sqlState: String) {
        #expect(ConnectFailure.isOfSettings(Self.place + "FATAL", sqlState: sqlState))
    }

    @Test(arguments: [
        "",
        "out of memory",
        place + "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
        place + "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally",
        place + "SSL SYSCALL error: EOF detected",
        place + "FATAL:  57P03: the database system is starting up",
        place + "SSL error: certificate verify failed\n" + place + "Connection refused",
    ])
    func mayPass(message: String) {
        #expect(!ConnectFailure.isOfSettings(message))
    }
}
