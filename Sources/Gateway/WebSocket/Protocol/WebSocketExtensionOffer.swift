/// One element of a `Sec-WebSocket-Extensions` field (RFC 6455 section 9.1).
struct WebSocketExtensionOffer: Equatable {
    struct Parameter: Equatable {
        var name: String
        /// Unquoted; nil when there is no `=`.
        var value: String?
    }

    var name: String
    var parameters: [Parameter]

    /// All offers of all fields, in order. Nil when a field breaks the grammar, in which case the RFC wants the handshake
    /// to fail.
    static func parse(_ fields: [String]) -> [WebSocketExtensionOffer]? {
        var offers: [WebSocketExtensionOffer] = []
        for field in fields {
            var scanner = Scanner(rest: Array(field.utf8)[...])
            repeat {
                // RFC 9110 section 5.6.1: a list may have empty elements.
                if scanner.isAtElementEnd { continue }
                guard let offer = scanner.offer() else { return nil }
                offers.append(offer)
            } while scanner.skip(UInt8(ascii: ","))
            guard scanner.rest.isEmpty else { return nil }
        }
        return offers
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        var isAtElementEnd: Bool {
            mutating get {
                skipBlanks()
                return rest.isEmpty || rest.first == UInt8(ascii: ",")
            }
        }

        mutating func offer() -> WebSocketExtensionOffer? {
            guard let name = token() else { return nil }
            var parameters: [Parameter] = []
            while skip(UInt8(ascii: ";")) {
                guard let name = token() else { return nil }
                guard skip(UInt8(ascii: "=")) else {
                    parameters.append(Parameter(name: name, value: nil))
                    continue
                }
                skipBlanks()
                guard let value = rest.first == UInt8(ascii: "\"") ? quoted() : token() else { return nil }
                parameters.append(Parameter(name: name, value: value))
            }
            return WebSocketExtensionOffer(name: name, parameters: parameters)
        }

        /// Passes blanks, then `byte` if it stands there.
        mutating func skip(_ byte: UInt8) -> Bool {
            skipBlanks()
            guard rest.first == byte else { return false }
            rest.removeFirst()
            skipBlanks()
            return true
        }

        mutating func skipBlanks() {
            rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        }

        mutating func token() -> String? {
            let bytes = rest.prefix(while: WebSocketToken.allows)
            guard !bytes.isEmpty else { return nil }
            rest = rest[bytes.endIndex...]
            return String(decoding: bytes, as: UTF8.self)
        }

        /// A quoted string, which must hold a token once it is unquoted.
        mutating func quoted() -> String? {
            rest.removeFirst()
            var value: [UInt8] = []
            while var byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") {
                    return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
                }
                if byte == UInt8(ascii: "\\") {
                    guard let escaped = rest.popFirst() else { return nil }
                    byte = escaped
                }
                guard WebSocketToken.allows(byte) else { return nil }
                value.append(byte)
            }
            return nil
        }
    }
}
