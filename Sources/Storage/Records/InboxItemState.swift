/// Where an item of an inbox stands.
///
/// | from | offered | acknowledged | dead | expired |
/// | --- | --- | --- | --- | --- |
/// | stored, offered | yes | yes | yes | yes |
/// | dead | no | yes: it did arrive | no | no |
/// | acknowledged, expired | no | no | no | no |
///
/// `InboxStatements.itemConflict` says the same in SQL.
package enum InboxItemState: String, Sendable, CaseIterable {
    case stored, offered, acknowledged, expired, dead

    /// True while it is offered to its agent.
    package var isPending: Bool { self == .stored || self == .offered }

    /// The state after a change; nil if the change comes too late.
    package func after(_ change: InboxRecord.Change) -> InboxItemState? {
        switch (self, change) {
        case (.stored, .offered), (.offered, .offered): .offered
        case (.stored, .dead), (.offered, .dead): .dead
        case (.stored, .acknowledged), (.offered, .acknowledged), (.dead, .acknowledged): .acknowledged
        case (.acknowledged, _), (.expired, _), (.dead, .offered), (.dead, .dead): nil
        }
    }
}
