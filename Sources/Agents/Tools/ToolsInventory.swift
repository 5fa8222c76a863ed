package import Bus
internal import Foundation

/// The tools of the user that the server runs as: contract section 1.1.
///
/// An actor of its own, off the event loops: it reads folders. Who asks meanwhile waits for the same answer.
package actor ToolsInventory {
    /// A summary and when it was made.
    package struct Answer: Equatable, Sendable {
        package let summary: ToolsSummary
        package let madeAt: Timestamp
        /// It was made for an earlier question.
        package let isFromCache: Bool
    }

    /// How long a summary is good enough, in milliseconds.
    private static let lifetime: Int64 = 300_000

    private let folder: String?
    private let now: @Sendable () -> Timestamp
    private var last: (summary: ToolsSummary, madeAt: Timestamp)?

    /// - Parameter folder: Where the tools are; nil if there is no such place.
    package init(folder: String?, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.folder = folder
        self.now = now
    }

    /// Where Claude Code keeps the tools of this user.
    package static var userFolder: String? {
        ProcessInfo.processInfo.environment["HOME"].map { "\($0)/.claude" }
    }

    /// What is installed, as of at most five minutes ago.
    package func summary() -> Answer {
        let time = now()
        if let last, (0..<ToolsInventory.lifetime).contains(time.milliseconds - last.madeAt.milliseconds) {
            return Answer(summary: last.summary, madeAt: last.madeAt, isFromCache: true)
        }
        let summary = folder.map { ToolsSummary(folder: $0) } ?? ToolsSummary()
        last = (summary, time)
        return Answer(summary: summary, madeAt: time, isFromCache: false)
    }
}
