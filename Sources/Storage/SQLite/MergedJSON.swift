internal import Bus

/// The members of one JSON object over those of another, as `||` of PostgreSQL's jsonb does it.
struct MergedJSON {
    let bytes: [UInt8]

    /// What is no object counts as an empty one.
    init(old: [UInt8], new: [UInt8]) {
        let later = MergedJSON.members(of: new)
        let names = Set(later.map(\.name))
        var json = JSONWriter()
        json.beginObject()
        for member in MergedJSON.members(of: old) where !names.contains(member.name) {
            json.field(member.name.string, raw: old.span.extracting(member.value))
        }
        for member in later { json.field(member.name.string, raw: new.span.extracting(member.value)) }
        json.endObject()
        bytes = json.bytes
    }

    /// Of members with the same name the last one counts.
    private static func members(of object: [UInt8]) -> [(name: ExactText, value: Range<Int>)] {
        var members: [(name: ExactText, value: Range<Int>)] = []
        var places: [ExactText: Int] = [:]
        let span = object.span
        do throws(JSONError) {
            try JSONScanner.scanObject(span) { (field) throws(JSONError) in
                let name = ExactText(try JSONScanner.string(span, field.key))
                if let place = places[name] {
                    members[place].value = field.value.range
                } else {
                    places[name] = members.count
                    members.append((name, field.value.range))
                }
            }
        } catch {
            return []
        }
        return members
    }
}
