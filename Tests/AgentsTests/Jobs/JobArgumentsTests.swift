import Storage
import Testing

@testable import Agents

struct JobArgumentsTests {
    @Test func valuesAreTakenByTheirTypes() throws {
        let json = #"{"a":"x","empty":"","yes":true,"n":2.5,"none":null,"list":[1],"minus":-1}"#
        var arguments = try JobArguments(Array(json.utf8))
        #expect(arguments.text("a") == "x" && arguments.text("empty") == nil && arguments.text("absent") == nil)
        #expect(arguments.bool("yes") == true && arguments.bool("none") == nil)
        #expect(arguments.number("n") == 2.5 && arguments.number("absent") == nil)
        try arguments.check()
        #expect(arguments.text("n") == nil && arguments.bool("a") == nil && arguments.number("list") == nil)
        #expect(arguments.number("minus") == nil)
        let error = #expect(throws: AgentsError.self) { try arguments.check() }
        #expect(error?.problems.map(\.field) == ["n", "a", "list", "minus"])
    }

    @Test(arguments: ["", "[]", "1", #"{"a""#])
    func anythingButAnObjectIsRefused(json: String) {
        #expect(throws: AgentsError.self) { try JobArguments(Array(json.utf8)) }
    }

    @Test func aMigrationChecksItsOwn() throws {
        let good = try MigrationArguments(JobArguments(Array(#"{"from":"/a.db","scores":"sum"}"#.utf8)))
        #expect(good.from == "/a.db" && good.merge == .sum && good.source == "routing.db")
        let bad = try JobArguments(Array(#"{"from":"a.db","scores":"both"}"#.utf8))
        let error = #expect(throws: AgentsError.self) { try MigrationArguments(bad) }
        #expect(Set(error?.problems.map(\.field) ?? []) == ["from", "scores"])
    }
}
