import Bus
import Foundation
import Glibc
package import Storage

/// A private PostgreSQL server in a temporary folder, on a Unix socket and a free port of 127.0.0.1.
///
/// It ends with this process, however that ends. As root it runs as another user, because PostgreSQL refuses root.
package final class PostgresServer: Sendable {
    /// Of the user `postgres`; only TCP asks for it.
    package static let password = "päss w/ord"

    private static let started = Task.detached { try await onOwnThread { try PostgresServer() } }
    private static let databases = Lock(0)

    /// The server that the tests of this process share.
    package static func shared() async throws -> PostgresServer { try await started.value }

    /// Why there is no server.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let programs: PostgresPrograms
    private let folder: TemporaryFolder
    private let port: Int
    private let isEncrypted: Bool
    /// Closed when this process ends, which ends the server and removes the folder.
    private let lifeline: Pipe

    /// A server of its own, for a test that stops it. Blocks for about a second.
    ///
    /// - Parameter isEncrypted: TCP may be encrypted; `certificate` is its certificate, for `localhost`.
    package init(isEncrypted: Bool = false) throws {
        programs = try PostgresPrograms()
        folder = try TemporaryFolder()
        port = Int.random(in: 20_000..<32_000)
        lifeline = Pipe()
        self.isEncrypted = isEncrypted
        try programs.own(folder.path)
        if isEncrypted { try programs.makeCertificate("\(folder.path)/server.crt", key: "\(folder.path)/server.key") }
        try programs.run("initdb", initialisation())
        try guardLife()
        try start()
    }

    deinit { try? lifeline.fileHandleForWriting.close() }

    /// The file of the certificate of an encrypted server.
    package var certificate: String { "\(folder.path)/server.crt" }

    private var data: String { "\(folder.path)/data" }

    private func initialisation() throws -> [String] {
        let passwordFile = "\(folder.path)/password"
        try PostgresServer.password.write(toFile: passwordFile, atomically: false, encoding: .utf8)
        return [
            "--pgdata=\(data)", "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256",
            "--pwfile=\(passwordFile)", "--encoding=UTF8", "--no-locale", "--no-sync",
        ]
    }

    /// A shell that waits for the end of the lifeline.
    private func guardLife() throws {
        let writing = lifeline.fileHandleForWriting.fileDescriptor
        // Not in the hands of other children of this process, for example the server itself.
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        let stop = (programs.command("pg_ctl") + ["stop", "-D", data, "-m", "immediate"]).map { "'\($0)'" }
        // A server that was stopped by signal has to go on in order to end.
        let script = """
            cat >/dev/null
            for p in $(cat '\(data)/postmaster.pid' 2>/dev/null | head -1); do kill -CONT $p $(pgrep -P $p); done
            \(stop.joined(separator: " ")) >/dev/null 2>&1
            rm -rf '\(folder.path)'
            """
        _ = try ChildProcess(["/bin/sh", "-c", script], input: lifeline.fileHandleForReading.fileDescriptor)
    }

    // MARK: - Connecting

    /// The way to a database of this server through its socket; the database needs not exist.
    package func options(database: String = "postgres") -> PostgresOptions {
        PostgresOptions(host: folder.path, port: "\(port)", database: database, user: "postgres", password: nil)
    }

    /// The same over TCP.
    package func url(database: String = "postgres", password: String? = PostgresServer.password) -> String {
        let allowed = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "0"..."z"))
        let secret = password?.addingPercentEncoding(withAllowedCharacters: allowed).map { ":\($0)" } ?? ""
        return "postgres://postgres\(secret)@127.0.0.1:\(port)/\(database)"
    }

    /// A name that no other test has; the database is absent.
    package static func newDatabase() -> String {
        let number = databases.withLock { number in
            number += 1
            return number
        }
        return "Test \"\(number)\""
    }

    // MARK: - Controls

    /// Starts it again after `stop` or `kill`; blocks until it takes connections.
    package func start() throws {
        var options = [
            "listen_addresses=127.0.0.1", "port=\(port)", "unix_socket_directories=\(folder.path)", "fsync=off",
            "shared_buffers=64MB", "max_connections=300", "max_wal_size=2GB",
        ]
        if isEncrypted {
            options += ["ssl=on", "ssl_cert_file=\(certificate)", "ssl_key_file=\(folder.path)/server.key"]
        }
        try programs.startServer(["-D", data] + options.flatMap { ["-c", $0] }, log: "\(folder.path)/log")
        for _ in 0..<500 {
            if (try? programs.run("pg_isready", ["-q", "-h", folder.path, "-p", "\(port)"])) != nil { return }
            usleep(20_000)
        }
        let log = (try? String(contentsOfFile: "\(folder.path)/log", encoding: .utf8)) ?? ""
        throw Failure(description: "the server doesn't start: \(log)")
    }

    /// Ends it at once, without goodbye to its clients; they see their connections closed.
    package func stop() throws {
        try programs.run("pg_ctl", ["stop", "-D", data, "-m", "immediate", "-w"])
    }

    /// Stops all its processes where they are; connections stay open and nobody answers.
    package func freeze() throws { try signal(SIGSTOP) }

    /// The end of `freeze`.
    package func thaw() throws { try signal(SIGCONT) }

    private func signal(_ number: Int32) throws {
        let file = try String(contentsOfFile: "\(data)/postmaster.pid", encoding: .utf8)
        guard let line = file.split(separator: "\n").first, let main = pid_t(line) else {
            throw Failure(description: "the server doesn't run")
        }
        for process in [main] + children(of: main) { kill(process, number) }
    }

    private func children(of parent: pid_t) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap(pid_t.init).filter { process in
            let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            // Behind the name in brackets: the state, then the parent.
            let fields = status?.split(separator: ")").last?.split(separator: " ") ?? []
            return fields.count > 1 && fields[1] == "\(parent)"
        }
    }
}
