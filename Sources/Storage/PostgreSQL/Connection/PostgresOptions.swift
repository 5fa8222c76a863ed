internal import CPQ

/// Where a PostgreSQL database is and how to get in: a connection string of libpq, taken apart.
///
/// What it leaves open comes from the `PG*` variables of the environment and then from libpq's defaults, as in `psql`;
/// only the database is called `claude_context` unless somebody says otherwise.
package struct PostgresOptions: Equatable, Sendable, CustomStringConvertible {
    /// The name of the database when neither the connection string nor the environment has one.
    package static let defaultDatabase = "claude_context"

    /// libpq's keywords and their values.
    private(set) var values: [String: String]

    /// - Parameter url: `postgres://user:password@host:port/name?option=value` or `keyword=value ...`.
    package init(url: String) throws(StorageError) {
        self.init(values: try PostgresOptions.parsed(url))
        // libpq reads a service file only while it connects, which is too late to look up the names in it.
        guard values["service"] == nil else {
            throw StorageError(.unreadable, "the database URL names a service: set PGSERVICE instead")
        }
    }

    /// The same in parts; what is nil comes from the environment or the defaults.
    package init(host: String?, port: String?, database: String?, user: String?, password: String?) {
        let parts = ["host": host, "port": port, "dbname": database, "user": user, "password": password]
        self.init(values: parts.compactMapValues { $0 })
    }

    private init(values: [String: String]) {
        self.values = values.merging(PostgresOptions.environment()) { given, _ in given }
        if self.values["dbname"] == nil { self.values["dbname"] = PostgresOptions.defaultDatabase }
    }

    /// The name of the database.
    package var database: String { values["dbname"] ?? PostgresOptions.defaultDatabase }

    /// The same server with another database.
    func with(database: String) -> PostgresOptions {
        var options = self
        options.values["dbname"] = database
        return options
    }

    /// Milliseconds for one address; `connect_timeout` in seconds, 10 s unless somebody says otherwise.
    var connectMilliseconds: UInt64 {
        guard let text = values["connect_timeout"], let seconds = UInt64(text), seconds > 0 else { return 10_000 }
        return min(seconds, 3600) * 1000
    }

    /// Database, place and user, without the password.
    package var description: String {
        let place = values["host"] ?? values["hostaddr"] ?? "the local socket"
        let port = values["port"].map { ":\($0)" } ?? ""
        let user = values["user"].map { " as \($0)" } ?? ""
        return "\(database) on \(place)\(port)\(user)"
    }

    /// What libpq is told beside hosts, addresses and ports.
    var parameters: [String: String] {
        var parameters = values.filter { !["host", "hostaddr", "port", "connect_timeout"].contains($0.key) }
        parameters["client_encoding"] = "UTF8"
        parameters["fallback_application_name"] = "dcm"
        // libpq tries Kerberos first if it finds a ticket, and that library talks to its server with blocking calls.
        if parameters["gssencmode"] == nil || parameters["gssencmode"] == "prefer" {
            parameters["gssencmode"] = "disable"
        }
        return parameters
    }

    // MARK: - libpq

    private static func parsed(_ url: String) throws(StorageError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(url, &message)
        defer { unsafe PQfreemem(message) }
        guard let options = unsafe options else {
            // libpq's own message may quote the password.
            throw StorageError(
                .unreadable,
                "the database URL can't be read; it looks like postgres://user:password@host:5432/\(defaultDatabase)"
            )
        }
        defer { unsafe PQconninfoFree(options) }
        return unsafe given(options)
    }

    /// What decides about the place, from variables or from the service that `PGSERVICE` names. libpq finds the rest
    /// by itself when it connects.
    private static func environment() -> [String: String] {
        guard let options = unsafe PQconndefaults() else { return [:] }
        defer { unsafe PQconninfoFree(options) }
        let names: Set = ["host", "hostaddr", "port", "dbname", "user", "connect_timeout", "gssencmode"]
        return unsafe given(options).filter { names.contains($0.key) }
    }

    private static func given(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var next = unsafe options
        while let keyword = unsafe next.pointee.keyword {
            if let value = unsafe next.pointee.val, unsafe value.pointee != 0 {
                unsafe values[String(cString: keyword)] = String(cString: value)
            }
            unsafe next += 1
        }
        return values
    }
}
