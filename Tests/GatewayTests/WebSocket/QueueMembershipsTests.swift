import Testing

@testable import Gateway

struct QueueMembershipsTests {
    @Test(arguments: [
        ("workers", true), ("a.b-c_9", true), ("", false), ("a b", false), ("a/b", false), ("é", false),
        (String(repeating: "x", count: 64), true), (String(repeating: "x", count: 65), false),
    ])
    func `names are like ids`(name: String, isName: Bool) {
        #expect(QueueMemberships.isName(name) == isName)
    }

    @Test(arguments: [("0-7", ConnectionName(loop: 0, number: 7)), ("3-12", ConnectionName(loop: 3, number: 12))])
    func `a connection's name says where it is`(text: String, name: ConnectionName) {
        #expect(ConnectionName(text) == name && name.text == text)
    }

    @Test(arguments: ["", "7", "0-", "-1", "a-b", "0-1-2"])
    func `other texts name no connection`(text: String) {
        #expect(ConnectionName(text) == nil)
    }
}
