package import Storage

/// How long things are kept. Nothing that was recorded goes by itself unless it was asked for; messages go when they have
/// expired, as their senders said.
package struct Retention: Equatable, Sendable {
    /// Rows older than this are deleted; tables that aren't named are kept.
    package private(set) var periods: [CleanableTable: Duration]
    /// Sessions of which nothing was heard for so long are closed; nil: never.
    package var silence: Duration?

    /// How long an expired message stays, so that its sender can still ask what became of it and a dead one be revived.
    package static let expiredMessages = Duration.seconds(24 * 3600)
    package static let defaultSilence = Duration.seconds(24 * 3600)

    /// The tables that may be named, for people.
    package static var tableNames: String { CleanableTable.allCases.map(\.rawValue).joined(separator: ", ") }

    package init(silence: Duration? = Retention.defaultSilence) {
        periods = [.messages: Retention.expiredMessages]
        self.silence = silence
    }

    /// Adds what a person wrote, for example `actions=90d`.
    ///
    /// - Throws: `invalid`, with one sentence.
    package mutating func add(_ text: String) throws(AgentsError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let table = CleanableTable(rawValue: parts[0]) else {
            throw AgentsError(
                .invalid,
                "'\(text)' is no retention: write TABLE=PERIOD with a table of \(Retention.tableNames)"
            )
        }
        periods[table] = try Retention.period(parts[1])
    }

    /// `30m`, `12h`, `90d`.
    package static func period(_ text: String) throws(AgentsError) -> Duration {
        let units: [Character: Int] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()),
            (1...36_500).contains(number)
        else {
            throw AgentsError(.invalid, "'\(text)' is no period: write a whole number with m, h or d, for example 90d")
        }
        return .seconds(number * unit)
    }
}
