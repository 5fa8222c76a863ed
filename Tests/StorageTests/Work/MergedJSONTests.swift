import Testing

@testable import Storage

struct MergedJSONTests {
    @Test(arguments: [
        ("{}", "{}", "{}"),
        (#"{"a":1}"#, "{}", #"{"a":1}"#),
        (#"{"a":1,"b":2}"#, #"{"b":3,"c":[4]}"#, #"{"a":1,"b":3,"c":[4]}"#),
        (#"{"a":{"x":1}}"#, #"{"a":{"y":2}}"#, #"{"a":{"y":2}}"#),
        (#"{"a":1}"#, #"{"a":null}"#, #"{"a":null}"#),
        (#"{"\u0061":1}"#, #"{"a":2,"a":3}"#, #"{"a":3}"#),
        // Two spellings of the same character are two names, as in the database.
        ("{\"é\":1}", "{\"e\u{301}\":2}", "{\"é\":1,\"e\u{301}\":2}"),
        ("null", #"{"a":1}"#, #"{"a":1}"#),
        (#"{"a":1}"#, "[]", #"{"a":1}"#),
    ])
    func laterMembersWin(_ old: String, _ new: String, _ expected: String) {
        let merged = MergedJSON(old: Array(old.utf8), new: Array(new.utf8))
        #expect(merged.bytes == Array(expected.utf8))
    }
}
