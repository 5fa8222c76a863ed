import Bus

/// One input for libFuzzer: whatever the bytes are, nothing traps, and what the parts of the scanner say fits together.
///
/// `script/fuzz JSONScanner SECONDS` builds and runs it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSONScanner(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let document = try? JSONScanner.validate(bytes.span)
    let table = JSONFieldTable<2>(["type", "data"])
    let isEnvelope = (try? table.scan(bytes.span)) != nil
    guard let document else {
        precondition(!isEnvelope, "the table accepts what is no JSON")
        return 0
    }
    read(document, of: bytes)
    if document.kind == .object {
        var members: [JSONField] = []
        let span = bytes.span
        guard (try? JSONScanner.scanObject(span, in: document.range) { members.append($0) }) != nil else {
            preconditionFailure("an object that was valid is not")
        }
        for member in members {
            read(member.key, of: bytes)
            read(member.value, of: bytes)
        }
    }
    return 0
}

private func read(_ value: JSONValue, of bytes: [UInt8]) {
    _ = JSONScanner.integer(bytes.span, value)
    _ = JSONScanner.double(bytes.span, value)
    guard value.kind == .string else { return }
    let decoded = try? JSONScanner.string(bytes.span, value)
    precondition((decoded == nil) == value.hasLoneSurrogate, "the flag and the decoder differ")
    guard let decoded else { return }
    var json = JSONWriter()
    json.value(decoded)
    let written = json.bytes
    guard let again = try? JSONScanner.validate(written.span),
        let text = try? JSONScanner.string(written.span, again)
    else { preconditionFailure("what the writer wrote can't be read") }
    precondition(text.utf8.elementsEqual(decoded.utf8), "a string changed on its way")
}
