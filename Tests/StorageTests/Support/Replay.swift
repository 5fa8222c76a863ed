import Bus

@testable import Storage

/// The scores after `records`, learnt one by one.
func replayedScores(_ records: [JournalRecord]) -> [ScoreKey: ScoreRow] {
    var rows: [ScoreKey: ScoreRow] = [:]
    for record in records {
        switch record {
        case .action(let action):
            for keyword in action.keywords {
                let key = ScoreKey(keyword: keyword, toolName: action.toolName, toolType: action.toolType)
                rows[key] = testLearning.action(action).applied(to: rows[key])
            }
        case .feedback(let feedback):
            for keyword in feedback.keywords {
                for key in rows.keys
                where ExactText(key.keyword) == ExactText(keyword)
                    && ExactText(key.toolName) == ExactText(feedback.toolName)
                {
                    rows[key] = testLearning.feedback(feedback).applied(to: rows[key])
                }
            }
        case .message, .inbox, .reading, .sighting: break
        }
    }
    return rows
}

extension ScoreStore {
    func scores() async throws -> [ScoreKey: ScoreRow] {
        let found = Lock<[ScoreKey: ScoreRow]>([:])
        _ = try await loadScores(ofJournal: "") { rows in
            found.withLock { found in for (key, row) in rows { found[key] = row } }
        }
        return found.withLock { $0 }
    }
}
