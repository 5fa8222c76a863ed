/// Bodies of `POST /api/actions` like those of real tool calls: about 300 bytes of input with seven words to learn from.
enum ActionBodies {
    private static let words = [
        "parser", "header", "socket", "journal", "commit", "schema", "migrate", "router", "handler", "buffer",
        "timeout", "session", "keyword", "channel", "publish", "inbox", "retry", "backoff", "metrics", "logger",
        "frame", "mask", "deflate", "cursor", "batch", "writer", "reader", "index", "query", "vacuum", "replay",
        "snapshot",
    ]
    private static let tools = ["Bash", "Read", "Edit", "Grep", "Write", "Glob"]

    /// `count` bodies that differ in their words.
    static func make(count: Int) -> [[UInt8]] {
        var generator = Steps(state: 0x9E37_79B9_7F4A_7C15)
        return (0..<count).map { number in
            let chosen = (0..<7).map { _ in words[Int.random(in: 0..<words.count, using: &generator)] }
            let command =
                #"grep -rn \\\"\#(chosen[0]) \#(chosen[1])\\\" /home/dev/\#(chosen[2])/\#(chosen[3]) | head -40"#
            let description = "\(chosen[4]) \(chosen[5]) \(chosen[6])"
            let filler = String(repeating: "0123456789", count: 16)
            let input = #"{\"command\":\"\#(command)\",\"description\":\"\#(description)\",\"id\":\"\#(filler)\"}"#
            let body =
                #"{"tool_name":"\#(tools[number % tools.count])","tool_type":"builtin","input":"\#(input)","#
                + #""exit_code":0,"duration_ms":\#(number % 500),"session_id":"bench-\#(number % 64)","#
                + #""project_path":"/home/dev/project"}"#
            return Array(body.utf8)
        }
    }
}

/// Numbers that are the same in each run (xorshift, Marsaglia 2003).
private struct Steps: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
