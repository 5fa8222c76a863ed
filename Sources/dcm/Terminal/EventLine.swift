import Bus
import Foundation

/// An event as a line for people: `time channel event sender data`, the data as it came.
struct EventLine: CustomStringConvertible {
    let description: String

    private static let fields = JSONFieldTable<5>(["timestamp", "channel", "event", "sender", "data"])

    /// Nil if the text is no event.
    init?(_ text: String) {
        let bytes = text.utf8Span.span
        guard let found = try? EventLine.fields.scan(bytes) else { return nil }
        let milliseconds = found[0].flatMap { JSONScanner.integer(bytes, $0) } ?? 0
        let time = Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            .iso8601.time(includingFractionalSeconds: true)
        )
        var words = [time]
        for index in 1...3 {
            if let value = found[index], let word = try? JSONScanner.string(bytes, value) { words.append(word) }
        }
        let data = found[4].map { text.utf8.dropFirst($0.range.lowerBound).prefix($0.range.count) }
        words.append(data.map { String(Substring($0)) } ?? "null")
        description = words.joined(separator: " ")
    }

    /// JSON text without its line breaks, which can only be white space between its parts.
    static func oneLine(_ json: String) -> String {
        guard json.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return json }
        return String(decoding: json.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
    }
}
