import Testing

@testable import Storage

struct ImportNoteTests {
    @Test func whatIsWrittenIsRead() {
        var note = ImportNote(row: -5)
        note.run = 12
        #expect(String(decoding: note.json, as: UTF8.self) == #"{"import":{"run":12,"row":-5}}"#)
        #expect(ImportNote(json: note.json) == note)
        note.repaired = ["created_at", "a\"b"]
        note.original = ["exit_code": "é\n", "": ""]
        #expect(ImportNote(json: note.json) == note)
    }

    @Test func theOrderOfMembersIsFree() {
        var note = ImportNote(row: 2)
        note.run = 1
        #expect(ImportNote(json: Array(#"{"x": 1, "import": {"row": 2, "run": 1}}"#.utf8)) == note)
    }

    @Test(arguments: ["{}", "", "[]", #"{"import":1}"#, #"{"import":{"run":1}}"#, #"{"import":{"run":"1","row":2}}"#])
    func anythingElseIsNone(json: String) {
        #expect(ImportNote(json: Array(json.utf8)) == nil)
    }
}
