import Storage

/// The tools that rows are about: each name and type is kept once, and with it the sums that statistics need, so that
/// neither a row holds strings nor a statistic walks all rows.
struct RoutingTools: Sendable {
    typealias ID = Int32

    struct Tool: Sendable {
        let name: String
        let type: String
        var rowCount = 0
        /// The scores of its rows, in millionths.
        var scoreSum = 0
        var usageSum = 0
    }

    private(set) var all: [Tool] = []
    /// A name has few types, so they are searched.
    private var idsByName: [ExactText: [ID]] = [:]

    /// How many names there are, whatever their types.
    var nameCount: Int { idsByName.count }

    subscript(id: ID) -> Tool { all[Int(id)] }

    /// The tool's number, when it has one.
    func id(_ name: String, _ type: String) -> ID? {
        idsByName[ExactText(name)]?.first { ExactText(self[$0].type) == ExactText(type) }
    }

    /// The tools of that name, of all types.
    func ids(named name: String) -> [ID] {
        idsByName[ExactText(name)] ?? []
    }

    /// A number for a tool that has none. There are never more tools than rows, which are bounded.
    mutating func intern(_ name: String, _ type: String) -> ID {
        let id = ID(all.count)
        all.append(Tool(name: name, type: type))
        idsByName[ExactText(name), default: []].append(id)
        return id
    }

    /// A row of the tool has changed, or come when it wasn't there.
    mutating func record(_ id: ID, from old: ScoreRow?, to new: ScoreRow) {
        all[Int(id)].rowCount += old == nil ? 1 : 0
        all[Int(id)].scoreSum += new.score.micro - (old?.score.micro ?? 0)
        all[Int(id)].usageSum += new.usageCount - (old?.usageCount ?? 0)
    }
}
