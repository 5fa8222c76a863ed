extension JSONCursor {
    /// A number of RFC 8259 section 6, from its first byte to behind its last. Its size isn't looked at: a number that
    /// no machine type holds is still JSON.
    mutating func skipNumber() throws(JSONError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < end, bytes[position] == UInt8(ascii: "0") {
            position += 1
            if position < end, bytes[position].isDigit { throw JSONError(.invalidNumber, at: start) }
        } else {
            try skipDigits(from: start)
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try skipDigits(from: start)
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try skipDigits(from: start)
        }
    }

    private mutating func skipDigits(from start: Int) throws(JSONError) {
        guard try current().isDigit else { throw JSONError(.invalidNumber, at: start) }
        while position < end, bytes[position].isDigit { position += 1 }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}
