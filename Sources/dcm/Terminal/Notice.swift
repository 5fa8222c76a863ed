import Foundation

/// What a command says beside its output: a line on standard error.
enum Notice {
    static func show(_ sentence: String) { FileHandle.standardError.write(Data("\(sentence)\n".utf8)) }
}
