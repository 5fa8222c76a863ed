/// The members of one channel: an array to walk through, and from a certain size an index to remove from it in O(1).
struct MemberList<Member: Hashable> {
    private(set) var members: [Member] = []
    private var positions: [Member: Int]?

    /// Below it, a linear search is faster than an index and an empty dictionary's memory is saved.
    private static var indexThreshold: Int { 32 }

    /// Adds a member that is not in the list.
    mutating func insert(_ member: Member) {
        positions?[member] = members.count
        members.append(member)
        if positions == nil && members.count > Self.indexThreshold {
            positions = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
        }
    }

    /// Removes a member by moving the last one into its place: order among subscribers means nothing.
    mutating func remove(_ member: Member) {
        guard let position = positions?[member] ?? members.firstIndex(of: member) else { return }
        positions?[member] = nil
        let last = members.removeLast()
        guard position < members.count else { return }
        members[position] = last
        positions?[last] = position
    }

    /// Nil if the index agrees with the array.
    func brokenInvariant() -> String? {
        guard let positions else { return nil }
        if positions.count != members.count { return "the index has \(positions.count) of \(members.count) members" }
        for (position, member) in members.enumerated() where positions[member] != position {
            return "member \(position) is indexed at \(String(describing: positions[member]))"
        }
        return nil
    }
}
