/// The parameters of one permessage-deflate element, checked as RFC 7692 section 7.1 says.
struct WebSocketDeflateParameters: Equatable {
    /// `client_max_window_bits` may stand without a value in an offer: "you may ask me for a smaller window".
    enum ClientWindow: Equatable {
        case absent, anything
        case bits(Int)

        var value: Int? {
            if case .bits(let bits) = self { bits } else { nil }
        }
    }

    var serverNoContextTakeover = false
    var clientNoContextTakeover = false
    var serverMaxWindowBits: Int?
    var clientMaxWindowBits = ClientWindow.absent

    /// Nil when the element is another extension, or must be declined: an unknown parameter, one that stands twice, a value
    /// where none belongs or none where one does.
    init?(_ element: WebSocketExtensionOffer, from sender: WebSocketRole) {
        guard element.name.lowercased() == "permessage-deflate",
            Set(element.parameters.map(\.name)).count == element.parameters.count
        else { return nil }
        for parameter in element.parameters {
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil): serverNoContextTakeover = true
            case ("client_no_context_takeover", nil): clientNoContextTakeover = true
            case ("server_max_window_bits", let value?):
                guard let bits = Self.windowBits(value) else { return nil }
                serverMaxWindowBits = bits
            case ("client_max_window_bits", let value?):
                guard let bits = Self.windowBits(value) else { return nil }
                clientMaxWindowBits = .bits(bits)
            case ("client_max_window_bits", nil) where sender == .client: clientMaxWindowBits = .anything
            default: return nil
            }
        }
    }

    /// 8...15 without leading zeros.
    private static func windowBits(_ text: String) -> Int? {
        switch text {
        case "8", "9", "10", "11", "12", "13", "14", "15": Int(text)
        default: nil
        }
    }
}
