import Foundation

/// How far a job is: a bar on a terminal, a line for each phase elsewhere.
struct JobProgressLine {
    private let isShown: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var phase = ""
    private var began: (time: ContinuousClock.Instant, rows: Int) = (.now, 0)

    init(isShown: Bool) { self.isShown = isShown }

    mutating func show(_ job: JobAnswer) {
        guard isShown else { return }
        let now = job.progress["phase"] as? String ?? "at work"
        let rows = job.progress["rows"] as? Int ?? 0
        let total = job.progress["total"] as? Int ?? 0
        if now != phase {
            phase = now
            began = (.now, rows)
            if !isTerminal { write("\(phase)\n") }
        }
        guard isTerminal else { return }
        let seconds = (ContinuousClock.now - began.time) / .seconds(1)
        let rate = seconds > 0.5 ? Double(rows - began.rows) / seconds : 0
        let part = total > 0 ? min(1, Double(rows) / Double(total)) : 0
        let bar = String(repeating: "#", count: Int(part * 30)).padding(toLength: 30, withPad: ".", startingAt: 0)
        let left = rate > 0 ? ", \(Int(Double(max(0, total - rows)) / rate)) s left" : ""
        let waits = job.message.map { ", waits: \($0)" } ?? ""
        write("\r\u{1B}[K\(phase) [\(bar)] \(rows) of \(total), \(Int(rate)) rows/s\(left)\(waits)")
    }

    func end() {
        if isShown, isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
