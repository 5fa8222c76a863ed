package import HTTPTypes

/// Writes answers as HTTP/1.1 bytes (RFC 9112 sections 4 and 6). Every answer has a Content-Length, so a client never
/// has to wait for the end of the connection to know the end of the answer.
package enum HTTPResponseEncoder {
    /// The interim answer to a request whose `expectsContinue` is true and whose body is wanted.
    package static let continue100 = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Appends one answer to `output`.
    ///
    /// An answer to HEAD has the length of `body` and not the body; 1xx, 204 and 304 have neither. 101 keeps its own
    /// Connection field, and no other answer may bring one.
    /// - Throws: ``HTTPEncodeError``; `output` is then as it was.
    package static func encode(
        _ head: HTTPResponseHead,
        body: [UInt8] = [],
        context: HTTPResponseContext,
        date: HTTPDate,
        into output: inout [UInt8]
    ) throws(HTTPEncodeError) {
        let count = output.count
        do throws(HTTPEncodeError) {
            output.reserveCapacity(count + 256 + body.count)
            output += "HTTP/1.1 ".utf8
            append(head.status.code, minDigits: 3, to: &output)
            output.append(HTTPCharacter.space)
            output += head.status.reasonPhrase.utf8.lazy.filter { $0 < 0x80 }
            output += lineEnd
            let isInterim = head.status.kind == .informational
            try append(head.fields, ownsConnection: head.status == .switchingProtocols, to: &output)
            let hasBody = !isInterim && head.status != .noContent && head.status != .notModified
            if hasBody {
                output += lengthName
                append(body.count, to: &output)
                output += lineEnd
            }
            finish(context, date: date, saysConnection: !isInterim, to: &output)
            if hasBody, !context.isHead { output += body }
        } catch {
            output.removeSubrange(count...)
            throw error
        }
    }

    /// Appends a JSON answer to `output`: the same bytes as ``encode(_:body:context:date:into:)`` with a Content-Type
    /// of `application/json` in front of the other fields, without building fields for them.
    /// - Parameters:
    ///   - status: any status that has a body; 200 and 201 are the fast ones.
    ///   - fields: further fields, such as ``CrossOriginFields``.
    /// - Throws: ``HTTPEncodeError``; `output` is then as it was.
    package static func encodeJSON(
        _ status: HTTPResponse.Status,
        body: [UInt8],
        fields: HTTPFields = HTTPFields(),
        context: HTTPResponseContext,
        date: HTTPDate,
        into output: inout [UInt8]
    ) throws(HTTPEncodeError) {
        let count = output.count
        let prefix: [UInt8]
        switch status.code {
        case 200: prefix = jsonOK
        case 201: prefix = jsonCreated
        default:
            var head = HTTPResponseHead(status: status, fields: [.contentType: jsonType])
            head.fields.append(contentsOf: fields)
            return try encode(head, body: body, context: context, date: date, into: &output)
        }
        do throws(HTTPEncodeError) {
            output.reserveCapacity(count + 256 + body.count)
            output += prefix
            try append(fields, ownsConnection: false, to: &output)
            output += lengthName
            append(body.count, to: &output)
            output += lineEnd
            finish(context, date: date, saysConnection: true, to: &output)
            if !context.isHead { output += body }
        } catch {
            output.removeSubrange(count...)
            throw error
        }
    }

    private static let jsonType = "application/json"
    private static let jsonOK = Array("HTTP/1.1 200 OK\r\nContent-Type: \(jsonType)\r\n".utf8)
    private static let jsonCreated = Array("HTTP/1.1 201 Created\r\nContent-Type: \(jsonType)\r\n".utf8)
    private static let lengthName = Array("Content-Length: ".utf8)
    private static let dateName = Array("Date: ".utf8)
    private static let connectionClose = Array("Connection: close\r\n".utf8)
    private static let connectionKeepAlive = Array("Connection: keep-alive\r\n".utf8)
    private static let lineEnd: [UInt8] = [HTTPCharacter.carriageReturn, HTTPCharacter.lineFeed]

    /// Date, Connection where it says something that isn't the default of the version, and the empty line.
    private static func finish(
        _ context: HTTPResponseContext,
        date: HTTPDate,
        saysConnection: Bool,
        to output: inout [UInt8]
    ) {
        output += dateName
        output += date.bytes
        output += lineEnd
        if saysConnection {
            if !context.keepAlive {
                output += connectionClose
            } else if context.isHTTP10 {
                output += connectionKeepAlive
            }
        }
        output += lineEnd
    }

    private static func append(
        _ fields: HTTPFields,
        ownsConnection: Bool,
        to output: inout [UInt8]
    ) throws(HTTPEncodeError) {
        for field in fields {
            let name = field.name
            if name == .contentLength || name == .transferEncoding || name == .date
                || (name == .connection && !ownsConnection)
            {
                throw HTTPEncodeError(code: .reservedField, field: name.rawName)
            }
            output += name.rawName.utf8
            output += ": ".utf8
            let start = output.count
            output += field.value.utf8
            guard !output[start...].contains(where: HTTPCharacter.isControl) else {
                throw HTTPEncodeError(code: .fieldValue, field: name.rawName)
            }
            output += lineEnd
        }
    }

    private static func append(_ number: Int, minDigits: Int = 1, to output: inout [UInt8]) {
        let start = output.count
        var rest = number
        while rest > 0 || output.count - start < minDigits {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        output[start...].reverse()
    }
}
