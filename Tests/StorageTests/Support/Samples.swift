import Bus

@testable import Storage

/// Numbers like those of the routing, so that clamping happens in tests.
let testLearning = ScoreLearning(
    action: { action in
        let bounds = Score(micro: 100_000)...Score(micro: 5_000_000)
        let shift: ClampedShift =
            switch action.exitCode {
            case 0?: ClampedShift(by: 100_000, within: bounds)
            case nil: .none
            default: ClampedShift(by: -50_000, within: bounds)
            }
        return .use(
            shift: shift,
            success: action.exitCode == 0,
            initial: Score(micro: 1_000_000),
            at: action.createdAt
        )
    },
    feedback: { feedback in
        .feedback(
            shift: ClampedShift(
                by: feedback.chosen ? 200_000 : -100_000,
                within: Score(micro: 100_000)...Score(micro: 5_000_000)
            ),
            at: feedback.createdAt
        )
    }
)

/// A sanitizer or a busy machine takes ten times as long, and no test is about that.
let testPatience: UInt64 = 60

let testIDs = UUIDGenerator()

/// 2026-11-23T10:00:00Z
let testTime = Timestamp(milliseconds: 1_795_428_000_000)

func sampleAction(
    tool: String = "Bash",
    type: String = "builtin",
    session: String? = nil,
    project: String? = nil,
    exitCode: Int? = 0,
    keywords: [String] = [],
    at time: Timestamp = testTime
) -> ActionRecord {
    ActionRecord(
        id: testIDs.next(at: time),
        toolName: tool,
        toolType: type,
        exitCode: exitCode,
        sessionID: session,
        projectPath: project,
        createdAt: time,
        keywords: keywords
    )
}

func sampleFeedback(tool: String, keywords: [String], chosen: Bool) -> FeedbackRecord {
    FeedbackRecord(toolName: tool, keywords: keywords, chosen: chosen, createdAt: testTime)
}

/// Any record, with everything that a field may hold.
func randomRecord(using random: inout some RandomNumberGenerator) -> JournalRecord {
    func text(_ random: inout some RandomNumberGenerator) -> String {
        let alphabet: [Unicode.Scalar] = ["a", "\0", "é", "\u{301}", "🙂", "\"", "\\", "\n", "/", "Z"]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            scalars.append(alphabet.randomElement(using: &random) ?? "x")
        }
        return String(scalars)
    }
    func maybe<Value>(_ value: Value, _ random: inout some RandomNumberGenerator) -> Value? {
        Bool.random(using: &random) ? value : nil
    }
    let time = Timestamp(milliseconds: Int64.random(in: -1_000_000...4_000_000_000_000, using: &random))
    if Int.random(in: 0..<3, using: &random) == 0 { return randomMessageRecord(at: time, using: &random, text) }
    let keywords = (0..<Int.random(in: 0...4, using: &random)).map { _ in text(&random) }
    guard Int.random(in: 0..<5, using: &random) > 0 else {
        return .feedback(
            FeedbackRecord(
                toolName: text(&random),
                keywords: keywords,
                chosen: .random(using: &random),
                createdAt: time
            )
        )
    }
    var action = ActionRecord(
        id: UUIDv7(high: .random(in: 0 ... .max, using: &random), low: .random(in: 0 ... .max, using: &random)),
        toolName: text(&random),
        toolType: text(&random),
        createdAt: time,
        keywords: keywords
    )
    action.filePaths = (0..<Int.random(in: 0...3, using: &random)).map { _ in text(&random) }
    action.input = maybe(text(&random), &random)
    action.output = maybe(text(&random), &random)
    action.exitCode = maybe(Int.random(in: .min ... .max, using: &random), &random)
    action.durationMilliseconds = maybe(Int.random(in: 0...100_000, using: &random), &random)
    action.subtaskID = maybe(text(&random), &random)
    action.sessionID = maybe(text(&random), &random)
    action.projectPath = maybe(text(&random), &random)
    action.idempotency = maybe(
        IdempotencyRecord(
            key: text(&random),
            fingerprint: (0..<32).map { _ in .random(in: 0...255, using: &random) },
            response: Array(text(&random).utf8)
        ),
        &random
    )
    return .action(action)
}
