internal import Bus
internal import Storage

/// What jobs of each kind did since this server started, and how many there are at work and paused.
package final class JobFigures: Sendable {
    /// Of one kind.
    package struct Kind: Equatable, Sendable {
        /// Now; those paused before this server started are among them.
        package var running = 0
        package var paused = 0
        /// Since the start.
        package var completed = 0
        package var failed = 0
        package var cancelled = 0
        /// Rows that were gone through, also once more after an interruption, and those that could not be stored.
        package var rows = 0
        package var rejected = 0
    }

    private let kinds: Lock<[String: Kind]>

    /// - Parameter names: The kinds that there are; others are not counted.
    init(_ names: some Sequence<String>) {
        kinds = Lock(Dictionary(names.map { ($0, Kind()) }) { first, _ in first })
    }

    /// Each kind, in the order of their names.
    package var all: [(name: String, counts: Kind)] {
        kinds.withLock { kinds in kinds.sorted { $0.key < $1.key }.map { (name: $0.key, counts: $0.value) } }
    }

    /// A job became another one; nil for one that wasn't known.
    func changed(_ kind: String, from old: JobRecord.State?, to new: JobRecord.State) {
        change(kind) { counts in
            switch old {
            case .running: counts.running -= 1
            case .paused: counts.paused -= 1
            case .completed, .failed, .cancelled, nil: break
            }
            switch new {
            case .running: counts.running += 1
            case .paused: counts.paused += 1
            case .completed: counts.completed += 1
            case .failed: counts.failed += 1
            case .cancelled: counts.cancelled += 1
            }
        }
    }

    func count(_ kind: String, rows: Int = 0, rejected: Int = 0) {
        change(kind) { counts in
            counts.rows += rows
            counts.rejected += rejected
        }
    }

    private func change(_ kind: String, _ change: (inout Kind) -> Void) {
        kinds.withLock { kinds in
            guard var counts = kinds[kind] else { return }
            change(&counts)
            kinds[kind] = counts
        }
    }
}
