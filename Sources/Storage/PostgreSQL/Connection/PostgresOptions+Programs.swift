/// What the programs of PostgreSQL, for example `pg_dump`, are told about a database.
extension PostgresOptions {
    /// Options of libpq that no command line may show, because every user of the machine can read it.
    private static let secrets: Set = ["password", "sslpassword"]

    /// A connection string without secrets.
    package var publicConnectionString: String {
        values.filter { !PostgresOptions.secrets.contains($0.key) }
            .sorted { $0.key < $1.key }
            .map { "\($0.key)='\(PostgresOptions.escaped($0.value))'" }
            .joined(separator: " ")
    }

    /// Variables of the environment that carry what the connection string doesn't.
    package var secretEnvironment: [String: String] {
        values["password"].map { ["PGPASSWORD": $0] } ?? [:]
    }

    /// A value between single quotes.
    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" { escaped += "\\" }
            escaped.unicodeScalars.append(character)
        }
        return escaped
    }
}
