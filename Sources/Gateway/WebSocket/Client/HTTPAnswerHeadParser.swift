internal import Bus

/// Status and fields of a server's answer.
struct HTTPAnswerHead: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        let name: String
        /// Without blanks around it.
        let value: String
    }

    let status: Int
    let fields: [Field]
}

/// Reads the head of the answer to an upgrade request (RFC 9112 section 4); what follows it is handed over untouched,
/// because the first frames may come in the same packet.
struct HTTPAnswerHeadParser: Sendable {
    private var buffer: [UInt8] = []
    private var scanner = HTTPHeadScanner()
    private static let limits = HTTPLimits()

    /// What the bytes came to.
    enum Reading: Sendable, Equatable {
        case incomplete
        /// The head, and the bytes behind it.
        case head(HTTPAnswerHead, rest: [UInt8])
        /// This is no HTTP answer, for this reason.
        case refused(String)
    }

    /// Takes what was read. After a head or a refusal it has done its work.
    mutating func append(_ bytes: Span<UInt8>) -> Reading {
        buffer.append(copying: bytes)
        do throws(HTTPParseError) {
            guard let length = try scanner.scan(buffer, from: 0, limits: HTTPAnswerHeadParser.limits) else {
                return .incomplete
            }
            guard let head = HTTPAnswerHeadParser.parse(buffer[..<length]) else {
                return .refused("The answer is not HTTP/1.1")
            }
            return .head(head, rest: Array(buffer[length...]))
        } catch {
            return .refused("The answer is not HTTP/1.1: \(error.message)")
        }
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> HTTPAnswerHead? {
        // The scanner has let no CR or LF through but those that end lines.
        var lines = bytes.split(separator: HTTPCharacter.lineFeed).map { $0.dropLast() }[...]
        guard let status = lines.popFirst().flatMap(status) else { return nil }
        var fields: [HTTPAnswerHead.Field] = []
        for line in lines where !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), HTTPCharacter.isToken(line[..<colon]) else {
                return nil
            }
            let value = line[line.index(after: colon)...]
            let trimmed = HTTPCharacter.trimmed(value.startIndex..<value.endIndex, of: Array(bytes))
            fields.append(
                HTTPAnswerHead.Field(
                    name: String(decoding: line[..<colon], as: UTF8.self),
                    value: String(decoding: bytes[trimmed], as: UTF8.self)
                )
            )
        }
        return HTTPAnswerHead(status: status, fields: fields)
    }

    /// `HTTP/1.1 SP 3DIGIT [SP reason]`; a server of 1.0 can't upgrade, but its refusal can be read.
    private static func status(_ line: ArraySlice<UInt8>) -> Int? {
        let start = line.startIndex
        guard line.count >= 12, line.starts(with: "HTTP/1.".utf8), HTTPCharacter.isDigit(line[start + 7]),
            line[start + 8] == HTTPCharacter.space, line.count == 12 || line[start + 12] == HTTPCharacter.space
        else { return nil }
        let digits = line[start + 9..<start + 12]
        guard digits.allSatisfy(HTTPCharacter.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
