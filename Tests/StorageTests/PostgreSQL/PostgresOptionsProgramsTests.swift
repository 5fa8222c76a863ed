import Testing

@testable import Storage

struct PostgresOptionsProgramsTests {
    @Test func aPasswordIsInTheEnvironmentAndNowhereElse() throws {
        let options = try PostgresOptions(url: "postgres://u:s%27ecret@h:7/d%27b%5C?sslmode=require")
        #expect(!options.publicConnectionString.contains("ecret"))
        #expect(options.secretEnvironment == ["PGPASSWORD": "s'ecret"])
        let again = try PostgresOptions(url: options.publicConnectionString)
        #expect(again.database == "d'b\\")
        #expect(again.publicConnectionString == options.publicConnectionString)
    }
}
