import Foundation
import Glibc

/// The programs of a PostgreSQL installation, run as a user that isn't root.
struct PostgresPrograms {
    private let folder: String
    private let user: String?

    /// Throws what to install when PostgreSQL is missing.
    init() throws {
        let environment = ProcessInfo.processInfo.environment["POSTGRES_BIN"]
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let versions = installed.compactMap(Int.init).sorted(by: >).map { "/usr/lib/postgresql/\($0)/bin" }
        let candidates = [environment].compactMap { $0 } + versions + ["/usr/local/pgsql/bin", "/usr/local/bin"]
        let found = candidates.first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
        guard let found else {
            throw PostgresServer.Failure(
                description: """
                    these tests need a PostgreSQL server and found none: apt-get install postgresql, \
                    or set POSTGRES_BIN to the folder of initdb
                    """
            )
        }
        folder = found
        user = geteuid() == 0 ? PostgresPrograms.otherUser() : nil
    }

    private static func otherUser() -> String {
        unsafe getpwnam("postgres") == nil ? "nobody" : "postgres"
    }

    /// Gives a folder to the user who runs the server.
    func own(_ path: String) throws {
        guard let user, let entry = unsafe getpwnam(user) else { return }
        guard unsafe chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
            throw PostgresServer.Failure(description: "can't give \(path) to \(user)")
        }
    }

    /// A program with what makes it run as the other user.
    func command(_ name: String) -> [String] {
        let program = name.hasPrefix("/") ? name : "\(folder)/\(name)"
        guard let user else { return [program] }
        return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--", program]
            .map { user == "nobody" && $0.hasPrefix("--regid") ? "--regid=nogroup" : $0 }
    }

    /// Makes a certificate for `localhost` that signs itself.
    func makeCertificate(_ certificate: String, key: String) throws {
        let arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-out",
            certificate, "-keyout", key,
        ]
        try run("/usr/bin/openssl", arguments)
    }

    /// Runs a program to its end; throws what it said when it fails.
    func run(_ name: String, _ arguments: [String]) throws {
        let errors = Pipe()
        let child = Result {
            try ChildProcess(command(name) + arguments, errors: errors.fileHandleForWriting.fileDescriptor)
        }
        // Else the end of what it says would never come.
        try errors.fileHandleForWriting.close()
        let process = try child.get()
        let said = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        guard process.wait() != 0 else { return }
        throw PostgresServer.Failure(description: "\(name) failed: \(said)")
    }

    /// Starts the server itself and not `pg_ctl start`, so that its log is where we look.
    func startServer(_ arguments: [String], log: String) throws {
        let file = unsafe open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(file) }
        _ = try ChildProcess(command("postgres") + arguments, errors: file)
    }
}
