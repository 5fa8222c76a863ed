internal import Bus

/// What follows from a batch of records beside their own rows, added up so that each row is touched once.
struct BatchEffects: Equatable {
    /// Additions to a session's counters.
    struct SessionUse: Equatable {
        var projectPath: String?
        var startedAt: Timestamp
        var tools = 0
        var successes = 0
        var errors = 0
    }

    /// Changes of scores in their order.
    enum ScoreStep: Equatable {
        /// Any number of uses, composed for each key.
        case uses([ScoreKey: ScoreChange])
        /// A verdict reaches the rows of all types of the tool, also those that this batch doesn't name; so it stands
        /// between the uses before and after it. Verdicts are rare: people give them.
        case feedback(FeedbackRecord, ScoreChange)
    }

    /// When each project was used last, by its path.
    private(set) var projects: [ExactText: Timestamp] = [:]
    private(set) var sessions: [ExactText: SessionUse] = [:]
    private(set) var scores: [ScoreStep] = []

    init(of entries: [JournalEntry], learning: ScoreLearning) {
        var uses = ToolUses()
        for entry in entries {
            switch entry.record {
            case .action(let action):
                note(action)
                if !action.keywords.isEmpty { uses.add(action, learning.action(action)) }
            case .feedback(let feedback):
                if let changes = uses.takeChanges() { scores.append(.uses(changes)) }
                scores.append(.feedback(feedback, learning.feedback(feedback)))
            case .message, .inbox, .reading, .sighting: break
            }
        }
        if let changes = uses.takeChanges() { scores.append(.uses(changes)) }
    }

    /// What follows from rows that nothing is learnt from.
    init(of actions: some Sequence<ActionRecord>) {
        for action in actions { note(action) }
    }

    private mutating func note(_ action: ActionRecord) {
        let path = action.projectPath.flatMap(ProjectPath.init)?.string
        if let path {
            let key = ExactText(path)
            projects[key] = max(projects[key] ?? action.createdAt, action.createdAt)
        }
        guard let id = action.sessionID else { return }
        sessions[ExactText(id), default: SessionUse(startedAt: action.createdAt)].add(action, path: path)
    }
}

extension BatchEffects.SessionUse {
    fileprivate mutating func add(_ action: ActionRecord, path: String?) {
        if projectPath == nil { projectPath = path }
        startedAt = min(startedAt, action.createdAt)
        tools += 1
        // An unknown outcome counts as a use only.
        guard let exitCode = action.exitCode else { return }
        if exitCode == 0 { successes += 1 } else { errors += 1 }
    }
}
