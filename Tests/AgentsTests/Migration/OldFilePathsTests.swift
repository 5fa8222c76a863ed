import Storage
import Testing

@testable import Agents

struct OldFilePathsTests {
    @Test(arguments: [
        (#"["/a b","/é"]"#, ["/a b", "/é"], false), (#""/only""#, ["/only"], false), ("[]", [], false),
        ("/one", ["/one"], false), ("/a, /b ,,/c", ["/a", "/b", "/c"], false), ("/a,b\n /c \n", ["/a,b", "/c"], false),
        (#"["/broken"#, [#"["/broken"#], true), (#"["/a",7,null,{"b":1}]"#, ["/a", "7", #"{"b":1}"#], true),
        (#"{"a":1}"#, [#"{"a":1}"#], true), (#"["a\u0000b"]"#, ["a\u{FFFD}b"], true), ("", [], false),
        ("  ", [], false), (#"["","/a"]"#, ["/a"], false),
    ])
    func pathsAreReadInEveryForm(text: String, paths: [String], isRepaired: Bool) {
        let read = OldFilePaths(.text(Array(text.utf8)))
        #expect(read.paths == paths)
        #expect(read.isRepaired == isRepaired)
    }

    @Test func otherTypesAreTakenForText() {
        #expect(OldFilePaths(.null).paths.isEmpty)
        #expect(OldFilePaths(.integer(7)).paths == ["7"])
        #expect(OldFilePaths(.blob(Array("/a".utf8))).paths == ["/a"])
    }

    @Test func whatIsTooMuchIsLeftOut() {
        let long = String(repeating: "x", count: NewAction.maximumPathLength + 1)
        let one = OldFilePaths(.text(Array("/a,\(long),/b".utf8)))
        #expect(one.paths == ["/a", "/b"] && one.isRepaired)
        let many = OldFilePaths(.text(Array(Array(repeating: "/p", count: 1200).joined(separator: ",").utf8)))
        #expect(many.paths.count == NewAction.maximumPaths && many.isRepaired)
        let large = OldFilePaths(
            .text(Array(Array(repeating: String(long.dropLast()), count: 20).joined(separator: ",").utf8))
        )
        #expect(large.paths.count == NewAction.maximumPathBytes / NewAction.maximumPathLength && large.isRepaired)
    }
}
