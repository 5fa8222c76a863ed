import Bus
import Storage

/// Actions as hooks report them: a few hundred bytes, twenty sessions, ten tools.
struct StoreActions: Sendable {
    /// Keywords of each action.
    let keywords: Int
    /// Pairs of keyword and tool that occur, each as often as any other.
    let keys: Int

    private static let tools = 10
    private static let sessions = 20
    private let ids = UUIDGenerator()
    private let start = Timestamp.now()

    init(keywords: Int, keys: Int) {
        self.keywords = keywords
        self.keys = keys
    }

    /// The same action for the same index, but for its id.
    func action(_ index: Int) -> ActionRecord {
        let time = Timestamp(milliseconds: start.milliseconds + Int64(index))
        let session = index / 50 % StoreActions.sessions
        var random = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 | 1
        let words = (0..<keywords).map { _ in
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return "word\(random % UInt64(max(1, keys / StoreActions.tools)))"
        }
        return ActionRecord(
            id: ids.next(at: time),
            toolName: "Tool\(index % StoreActions.tools)",
            toolType: "builtin",
            input:
                #"{"command":"swift build -c release --product dcm","description":"Build number \#(index)","timeout":120000}"#,
            output: #"{"stdout":"Build complete! (\#(index) s)","stderr":"","interrupted":false}"#,
            filePaths: index % 3 == 0 ? ["/home/user/project/Sources/File\(index % 97).swift"] : [],
            exitCode: index % 10 == 0 ? 1 : 0,
            durationMilliseconds: index % 5000,
            sessionID: "0b9c7a52-7c1c-4d0a-9a53-\(100_000_000_000 + session)",
            projectPath: "/home/user/project\(session % 5)",
            createdAt: time,
            keywords: Array(Set(words))
        )
    }
}
