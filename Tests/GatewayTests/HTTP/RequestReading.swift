import HTTPTypes

@testable import Gateway

/// What a parser made of some bytes, without regard to the pieces in which a body came.
struct RequestReading: Equatable {
    enum Event: Equatable {
        case head(HTTPRequestHead)
        case body([UInt8])
        case end
    }

    var events: [Event] = []
    var error: HTTPParseError.Code?
    /// Bytes that the parser still held when all had been given to it.
    var left = 0

    var heads: [HTTPRequestHead] {
        events.compactMap { if case .head(let head) = $0 { head } else { nil } }
    }

    var bodies: [String] {
        var bodies: [String] = []
        for event in events {
            switch event {
            case .head: bodies.append("")
            case .body(let bytes): bodies[bodies.count - 1] += String(decoding: bytes, as: UTF8.self)
            case .end: break
            }
        }
        return bodies
    }

    var ends: Int {
        events.count { $0 == .end }
    }

    /// Feeds the pieces one after the other, asking for events after each.
    init(_ pieces: some Sequence<ArraySlice<UInt8>>, limits: HTTPLimits = HTTPLimits(), bodyLimit: Int? = nil) {
        var parser = HTTPRequestParser(limits: limits)
        do {
            for piece in pieces {
                parser.append(Array(piece).span)
                while let event = try parser.next() {
                    switch event {
                    case .head(let head):
                        events.append(.head(head))
                        if let bodyLimit { parser.setBodyLimit(bodyLimit) }
                    case .body(let bytes):
                        if case .body(let before)? = events.last {
                            events[events.count - 1] = .body(before + bytes)
                        } else {
                            events.append(.body(bytes))
                        }
                    case .end:
                        events.append(.end)
                    }
                }
            }
            left = parser.bufferedBytes
        } catch {
            self.error = error.code
        }
    }

    /// Feeds everything at once.
    init(_ text: String, limits: HTTPLimits = HTTPLimits(), bodyLimit: Int? = nil) {
        self.init([Array(text.utf8)[...]], limits: limits, bodyLimit: bodyLimit)
    }
}
