internal import Bus
package import Storage

/// The form in which clients get a cursor and give it back; nothing in it is promised.
extension PageCursor {
    /// Safe in URLs.
    package var text: String {
        let parts = [number.map(String.init) ?? "", String(time.milliseconds), id]
        return Base64URL.encode(Array(parts.joined(separator: " ").utf8))
    }

    /// Nil for what is no cursor.
    package init?(text: String) {
        guard let bytes = Base64URL.decode(text.utf8), let decoded = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        let parts = decoded.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let time = Int64(parts[1]), !parts[2].utf8.contains(0) else { return nil }
        var number: Int?
        if !parts[0].isEmpty {
            guard let given = Int(parts[0]) else { return nil }
            number = given
        }
        self.init(number: number, time: Timestamp(milliseconds: time), id: String(parts[2]))
    }
}
