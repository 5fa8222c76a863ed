/// A failure of a command, told to the user in one sentence. The process then exits with status 1.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { description = sentence }
}
