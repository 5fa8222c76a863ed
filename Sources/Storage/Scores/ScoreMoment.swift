/// Which moment of a store rows of scores are of.
package struct ScoreMoment: Equatable, Sendable {
    /// What the store held of a journal: the rows know its records through here.
    package var position: JournalPosition
    /// The last change by anybody, where servers share the store; 0 before the first one.
    package var revision: Int64

    package init(position: JournalPosition, revision: Int64 = 0) {
        self.position = position
        self.revision = revision
    }
}
