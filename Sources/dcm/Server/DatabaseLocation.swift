import ArgumentParser
import Configuration
import Storage

/// Where a server keeps what was recorded.
struct DatabaseLocation: ParsableArguments {
    @Option(
        name: .customLong("database"),
        help: """
            PostgreSQL database, as postgres://user:password@host:5432/name, or 'embedded' for a file in the data \
            folder. Environment: DATABASE_URL, or DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD. \
            (default: embedded)
            """
    )
    var url: String?

    /// One of the variables is enough: the others have defaults, as in the original.
    func store(_ environment: ConfigReader) throws -> StoreLocation {
        let url = url ?? environment.text("DATABASE_URL")
        if url == "embedded" { return .embedded }
        if let url {
            do {
                return .postgres(try PostgresOptions(url: url))
            } catch {
                throw CommandError("\(error.message).")
            }
        }
        let names = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"]
        guard names.contains(where: { environment.text($0) != nil }) else { return .embedded }
        return .postgres(
            PostgresOptions(
                host: environment.text("DB_HOST") ?? "localhost",
                port: try environment.port("DB_PORT").map { "\($0)" },
                database: environment.text("DB_NAME"),
                user: environment.text("DB_USER"),
                password: environment.text("DB_PASSWORD")
            )
        )
    }
}
