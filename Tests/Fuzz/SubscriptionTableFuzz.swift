import Bus

/// One input for libFuzzer: a program of insertions, removals and look-ups, run by the table and by a list of pairs.
/// It needs no seeds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSubscriptionTable(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var program = unsafe Array(UnsafeBufferPointer(start: start, count: count))[...]
    var table = SubscriptionTable<UInt8>()
    var pairs: [(member: UInt8, pattern: ChannelPattern)] = []
    while let step = program.popFirst() {
        let member = program.popFirst() ?? 0
        let text = text(from: &program, wildcards: step & 3 != 3)
        switch step & 3 {
        case 0:
            guard let pattern = ChannelPattern(text) else { continue }
            let isNew = !pairs.contains { $0.member == member && $0.pattern == pattern }
            if isNew { pairs.append((member, pattern)) }
            precondition(table.insert(member, for: pattern) == isNew, "insert answers wrongly")
        case 1:
            guard let pattern = ChannelPattern(text) else { continue }
            let known = pairs.firstIndex { $0.member == member && $0.pattern == pattern }
            if let known { pairs.remove(at: known) }
            precondition(table.remove(member, from: pattern) == (known != nil), "remove answers wrongly")
        case 2:
            let had = Set(pairs.filter { $0.member == member }.map(\.pattern))
            pairs.removeAll { $0.member == member }
            precondition(table.removeAll(of: member) == had, "removeAll answers wrongly")
        default:
            guard let channel = ChannelName(text) else { continue }
            let expected = Set(pairs.filter { matches($0.pattern.text, channel.text) }.map(\.member))
            let found = table.members(for: channel)
            precondition(found.count == expected.count && Set(found) == expected, "members are wrong")
        }
        if let broken = table.brokenInvariant() { preconditionFailure(broken) }
        precondition(table.count == pairs.count, "the count is wrong")
    }
    return 0
}

/// A length and as many bytes; each byte is one from the small alphabet that patterns are made of, or itself.
private func text(from program: inout ArraySlice<UInt8>, wildcards: Bool) -> String {
    let length = Int(program.popFirst() ?? 0) % 24
    let alphabet = Array((wildcards ? "ab//*>" : "ab//").utf8)
    let roots = ["topics/", "agents/", "*/", ""]
    let root = roots[length & 3]
    let bytes = program.prefix(length).map { $0 < 0x80 ? alphabet[Int($0) % alphabet.count] : $0 }
    program = program.dropFirst(length)
    return root + String(decoding: bytes, as: UTF8.self)
}

private func matches(_ pattern: String, _ channel: String) -> Bool {
    let pattern = pattern.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    let channel = channel.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    for (index, segment) in pattern.enumerated() {
        if segment == [UInt8(ascii: ">")] { return channel.count > index }
        guard index < channel.count else { return false }
        // Names are compared as text: two spellings of one letter are the same channel.
        if segment != [UInt8(ascii: "*")]
            && String(decoding: segment, as: UTF8.self) != String(decoding: channel[index], as: UTF8.self)
        {
            return false
        }
    }
    return pattern.count == channel.count
}
