/// What a request is about.
package enum PromptType: String, CaseIterable, Sendable {
    case feature, debug, explain, search, refactor, test, review, other
}

/// How a request stands.
package enum RequestStatus: String, CaseIterable, Sendable {
    case active, completed, failed, cancelled
}

/// The names that clients have for the status of a request: documents of the original know two for an active one.
package enum RequestStatusName: String, CaseIterable, Sendable {
    case active, completed, failed, cancelled, pending, running

    package var status: RequestStatus { RequestStatus(rawValue: rawValue) ?? .active }
}

/// How a task stands; any may follow any.
package enum TaskStatus: String, CaseIterable, Sendable {
    case pending, running, completed, failed, blocked
}

/// How a subtask stands; any may follow any.
package enum SubtaskStatus: String, CaseIterable, Sendable {
    case pending, running, paused, blocked, completed, failed

    var isEnd: Bool { self == .completed || self == .failed }
}
