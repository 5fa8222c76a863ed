import ArgumentParser

/// A place in the history of a channel as a person writes it: `12@k3j9x2`.
struct HistoryPlace: ExpressibleByArgument, Equatable, CustomStringConvertible {
    let offset: Int64
    let epoch: String

    init(offset: Int64, epoch: String) {
        self.offset = offset
        self.epoch = epoch
    }

    init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let offset = Int64(parts[0]), offset >= 0, !parts[1].isEmpty,
            parts[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return nil }
        self.init(offset: offset, epoch: String(parts[1]))
    }

    var description: String { "\(offset)@\(epoch)" }

    /// As the server wants it.
    var json: String { #"{"offset":\#(offset),"epoch":"\#(epoch)"}"# }
}
