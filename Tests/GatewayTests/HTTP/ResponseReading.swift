/// A small reader of answers, written apart from the encoder: just enough to see what a client would see.
struct ResponseReading: Equatable {
    let statusLine: String
    let fields: [String]
    let body: String

    /// Nil if there is no complete head.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        var lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        statusLine = lines.removeFirst()
        fields = lines
        body = String(text[end.upperBound...])
    }

    func value(_ name: String) -> String? {
        fields.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}
