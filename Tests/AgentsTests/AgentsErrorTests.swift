import Storage
import Testing

@testable import Agents

struct AgentsErrorTests {
    @Test(arguments: [
        (StorageError.Code.unavailable, AgentsError.Code.unavailable), (.diskFull, .storageFull),
        (.notFound, .notFound), (.database, .internalFailure), (.corrupt, .internalFailure),
        (.newerSchema, .internalFailure),
    ])
    func storageErrorsKeepTheirMeaningAndLoseTheirText(from code: StorageError.Code, to expected: AgentsError.Code) {
        let error = AgentsError(StorageError(code, "near \"secret\": syntax error"))
        #expect(error.code == expected)
        #expect(!error.message.contains("secret"))
    }

    @Test func theDescriptionNamesTheFields() {
        let error = AgentsError.invalid([.init(field: "a", text: "is wrong"), .init(field: "b", text: "too")])
        #expect(error.description == "Validation failed; a: is wrong; b: too")
    }
}
