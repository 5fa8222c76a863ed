/// The path of a project as it is stored: without slashes at the end, except for `/` itself.
package struct ProjectPath: Equatable, Sendable {
    package let string: String

    /// Nil for an empty path.
    package init?(_ path: String) {
        guard let last = path.utf8.last else { return nil }
        if last != UInt8(ascii: "/") {
            string = path
            return
        }
        let end = path.utf8.lastIndex { $0 != UInt8(ascii: "/") }
        guard let end else {
            string = "/"
            return
        }
        string = String(path[...end])
    }

    /// The last component: the name of a project that nobody named.
    package var name: String {
        guard let slash = string.utf8.lastIndex(of: UInt8(ascii: "/")), string.utf8.count > 1 else { return string }
        return String(string[string.utf8.index(after: slash)...])
    }
}
