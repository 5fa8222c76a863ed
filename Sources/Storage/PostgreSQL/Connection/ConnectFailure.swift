/// What libpq's messages about a connection that did not come about say to a program.
///
/// It has no codes for what it finds out by itself. It says it in English here: nothing in this program sets a locale.
enum ConnectFailure {
    /// How the line about each attempt begins.
    private static let attempt = "connection to server"

    /// Parts of what libpq says when client and server can't agree however often they try; from `fe-connect.c`,
    /// `fe-secure-openssl.c` and `fe-auth.c`. A message that isn't known here counts as a server that is away: that is
    /// shown by `/health`, and nobody is kept from working.
    private static let settings = [
        "does not match host name", "certificate verify failed", "certificate file", "private key file",
        "host name must be specified", "does not support SSL", "no password supplied", "channel binding",
    ]

    /// True if only a person can mend it: an option with a value that libpq doesn't know, a certificate of somebody
    /// else, a password that is missing. False as soon as one of several servers may only be away.
    static func isOfSettings(_ message: String, sqlState: String? = nil) -> Bool {
        // No record is concerned yet: what is wrong is a value or a name that was given for the connection.
        if let sqlState { return ["22", "42"].contains(sqlState.prefix(2)) }
        let attempts = message.split(separator: "\n").filter { $0.hasPrefix(attempt) }
        // It refuses what it was told before it tries anything.
        guard !attempts.isEmpty else { return !message.isEmpty && !message.hasPrefix("out of memory") }
        return attempts.allSatisfy { line in settings.contains { line.contains($0) } }
    }
}
