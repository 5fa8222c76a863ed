import Foundation

/// Jobs of a server, as its REST API tells of them.
struct JobClient {
    let address: String
    let token: String?

    /// How often a running job is looked at, and how long a server may be silent; milliseconds and seconds.
    private static let pollMilliseconds = 200
    private static let silenceSeconds = 30.0

    func jobs() throws -> [JobAnswer] {
        let answer = try request("GET", "/api/jobs?limit=1000")
        return (answer["jobs"] as? [[String: Any]] ?? []).map(JobAnswer.init)
    }

    func job(_ id: String) throws -> JobAnswer {
        JobAnswer(try request("GET", "/api/jobs/\(id)")["job"] as? [String: Any] ?? [:])
    }

    /// What to do with a job when this command is interrupted.
    enum AtInterrupt: String {
        case pause, cancel
    }

    /// Begins a job and waits until it is over, or paused.
    func perform(
        _ arguments: [String: Any],
        showsProgress: Bool,
        atInterrupt: AtInterrupt = .pause
    ) async throws -> JobAnswer {
        let body = try JSONSerialization.data(withJSONObject: arguments)
        let begun = JobAnswer(try request("POST", "/api/jobs", Array(body))["job"] as? [String: Any] ?? [:])
        return try await wait(for: begun.id, showsProgress: showsProgress, atInterrupt: atInterrupt)
    }

    /// Goes on with a job that was interrupted, and waits until it is over.
    func goOn(with job: JobAnswer, showsProgress: Bool) async throws -> JobAnswer {
        if job.state != "running" { _ = try request("POST", "/api/jobs/\(job.id)/resume") }
        return try await wait(for: job.id, showsProgress: showsProgress, atInterrupt: .pause)
    }

    private func wait(for id: String, showsProgress: Bool, atInterrupt: AtInterrupt) async throws -> JobAnswer {
        let interrupts = await Interrupts()
        var line = JobProgressLine(isShown: showsProgress)
        defer { line.end() }
        var lastAnswer = ContinuousClock.now
        while true {
            if interrupts.haveCome {
                let answer = try request("POST", "/api/jobs/\(id)/\(atInterrupt.rawValue)")
                return JobAnswer(answer["job"] as? [String: Any] ?? [:])
            }
            do {
                let job = try job(id)
                lastAnswer = .now
                guard job.state == "running" else { return job }
                line.show(job)
            } catch {
                // A server that is restarted goes on with the job.
                guard ContinuousClock.now - lastAnswer < .seconds(JobClient.silenceSeconds) else {
                    throw CommandError(
                        "\(error) The job \(id) goes on when it is started again; see 'dcm migrate status'."
                    )
                }
            }
            try await Task.sleep(for: .milliseconds(JobClient.pollMilliseconds))
        }
    }

    private func request(_ method: String, _ path: String, _ body: [UInt8] = []) throws -> [String: Any] {
        let answer = try LocalRequest.send(method, path, body, to: address, token: token)
        let json = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard (200..<300).contains(answer.status), let json else {
            let error = json?["error"] as? String ?? "status \(answer.status)"
            let details = (json?["details"] as? [String: [String]] ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value.joined(separator: ", "))" }
            throw CommandError("The server refuses: \(([error] + details).joined(separator: "; ")).")
        }
        return json
    }
}

/// A job as the server tells of it.
struct JobAnswer {
    private let fields: [String: Any]

    init(_ fields: [String: Any]) { self.fields = fields }

    var id: String { fields["id"] as? String ?? "" }
    var type: String { fields["type"] as? String ?? "" }
    var state: String { fields["state"] as? String ?? "" }
    var message: String? { fields["message"] as? String }
    var arguments: [String: Any] { fields["arguments"] as? [String: Any] ?? [:] }
    var progress: [String: Any] { fields["progress"] as? [String: Any] ?? [:] }
    var report: [String: Any] { fields["report"] as? [String: Any] ?? [:] }

    var text: String { JobAnswer.text(fields) }

    /// The report, or the whole job where there is none.
    var reportText: String { report.isEmpty ? text : JobAnswer.text(report) }

    /// Rows that could not be stored.
    var rejected: Int {
        ["actions", "scores"].reduce(0) { sum, table in
            sum + ((report[table] as? [String: Any])?["rejected"] as? Int ?? 0)
        }
    }

    /// How it ended, without a dot: the reason may end with one.
    var outcome: String {
        let reason = message.map { ": \($0.hasSuffix(".") ? String($0.dropLast()) : $0)" } ?? ""
        return (state == "failed" ? "has failed" : "is \(state)") + reason
    }

    /// It on one line.
    var line: String { "\(id)  \(type)  \(state)  \(summary)" }

    /// What it has done, or how far it is.
    var summary: String {
        if let message { return message }
        if type == "migration.follow" { return followed }
        if let counts = report["actions"] as? [String: Any] {
            return "\(report["from"] ?? ""): \(counts["imported"] ?? 0) actions imported, \(rejected) rows rejected"
        }
        if type == "migration.rollback", !report.isEmpty {
            return "\(report["actions"] ?? 0) actions and \(report["scores"] ?? 0) scores taken back"
        }
        return progress["rows"].map { "\(progress["phase"] ?? ""), row \($0) of \(progress["total"] ?? "?")" } ?? ""
    }

    /// What a following has seen.
    var followed: String {
        let counts = report.isEmpty ? progress : report
        let actions = counts["actions"] as? [String: Any] ?? [:]
        func count(_ name: String, _ counts: [String: Any]) -> String { "\(counts[name] ?? 0)" }
        return [
            "\(count("matched", actions)) calls on both sides", "\(count("late", counts)) of them recorded late",
            "\(count("oldOnly", counts)) in the old database only", "\(count("liveOnly", counts)) here only",
            "\(count("rejected", actions)) rows rejected",
        ].joined(separator: ", ")
    }

    private static func text(_ fields: [String: Any]) -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: fields, options: options)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
