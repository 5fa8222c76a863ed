import Testing

@testable import Storage

struct ProjectPathTests {
    @Test(arguments: [
        ("/home/u/app", "/home/u/app", "app"), ("/home/u/app///", "/home/u/app", "app"), ("/", "/", "/"),
        ("///", "/", "/"), ("app", "app", "app"), ("/é/", "/é", "é"),
    ])
    func slashesAtTheEndGo(path: String, stored: String, name: String) {
        #expect(ProjectPath(path)?.string == stored)
        #expect(ProjectPath(path)?.name == name)
    }

    @Test func anEmptyPathIsNone() {
        #expect(ProjectPath("") == nil)
    }
}
