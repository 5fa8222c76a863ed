internal import Bus
internal import Storage

/// Finds out which rows of the old database are calls that were recorded here as well: both hooks ran.
///
/// One old row is one recorded action at most, of the same session and tool, within two seconds. The old hook's clock
/// has whole seconds, and the two hooks of a call may end in either order.
enum LiveMatcher {
    static let toleranceMilliseconds: Int64 = 2000

    private struct Group: Hashable {
        var sessionID: ExactText?
        var toolName: ExactText
    }

    /// Each in the order of time, the first that fits: as all windows are of one width, no other way finds more pairs.
    static func matches(_ old: [ActionRecord], _ live: [LiveAction]) -> [ImportMatch] {
        guard !old.isEmpty, !live.isEmpty else { return [] }
        var waiting = Dictionary(grouping: live.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) { action in
            Group(sessionID: action.sessionID.map(ExactText.init), toolName: ExactText(action.toolName))
        }.mapValues { ArraySlice($0) }
        var matches: [ImportMatch] = []
        for action in old.sorted(by: { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) {
            let group = Group(sessionID: action.sessionID.map(ExactText.init), toolName: ExactText(action.toolName))
            guard var candidates = waiting[group] else { continue }
            let time = action.createdAt.milliseconds
            candidates = candidates.drop { $0.createdAt.milliseconds < time - toleranceMilliseconds }
            if let first = candidates.first, first.createdAt.milliseconds <= time + toleranceMilliseconds {
                matches.append(ImportMatch(importedID: action.id, liveID: first.id))
                candidates.removeFirst()
            }
            waiting[group] = candidates
        }
        return matches
    }

    /// Spans of time in which recorded actions may match, without the long ones between them in which none can.
    static func spans(_ times: [Timestamp]) -> [ClosedRange<Timestamp>] {
        let gap: Int64 = 3_600_000
        var spans: [ClosedRange<Timestamp>] = []
        for time in times.sorted() {
            let from = Timestamp(milliseconds: time.milliseconds - toleranceMilliseconds)
            let through = Timestamp(milliseconds: time.milliseconds + toleranceMilliseconds)
            if let last = spans.last, from.milliseconds - last.upperBound.milliseconds < gap {
                spans[spans.count - 1] = last.lowerBound...through
            } else {
                spans.append(from...through)
            }
        }
        return spans
    }
}
