package import Bus
package import Storage

/// What a job has of the outside while it runs.
package final class JobContext: Sendable {
    private struct State {
        var record: JobRecord
        var published = Timestamp(milliseconds: 0)
        var rejections = 0
        var told = 0
    }

    package let id: UUIDv7
    private let kind: String
    private let state: Lock<State>
    private let events: JobEvents
    private let figures: JobFigures
    private let now: @Sendable () -> Timestamp

    /// Progress is told at most this often; milliseconds.
    private static let interval: Int64 = 250
    /// Rejections that are told one by one; the report counts the others.
    private static let maximumRejections = 1000

    init(_ record: JobRecord, events: JobEvents, figures: JobFigures, now: @escaping @Sendable () -> Timestamp) {
        id = record.id
        kind = record.kind
        state = Lock(State(record: record))
        self.events = events
        self.figures = figures
        self.now = now
    }

    /// The job as it is now.
    var record: JobRecord { state.withLock { $0.record } }

    func update(_ change: (inout JobRecord) -> Void) -> JobRecord {
        state.withLock { state in
            change(&state.record)
            state.record.updatedAt = now()
            return state.record
        }
    }

    // MARK: - For the work

    /// Where to go on; nil at the beginning.
    package var checkpoint: String? { record.checkpoint }

    package var startedAt: Timestamp { record.createdAt }

    /// A checkpoint to be written with what was done up to it.
    package func checkpoint(_ text: String) -> JobCheckpoint { JobCheckpoint(jobID: id, text: text, time: now()) }

    /// The checkpoint was written.
    package func reached(_ checkpoint: JobCheckpoint) { _ = update { $0.checkpoint = checkpoint.text } }

    /// Throws when the job is to stop: it goes on from its last checkpoint, or never.
    package func check() throws(AgentsError) {
        if Task.isCancelled { throw AgentsError(.conflict, "The job was stopped") }
    }

    /// Says how far it is (`job.progress`); a JSON object.
    package func progress(_ json: [UInt8]) {
        let record = update {
            $0.progress = String(decoding: json, as: UTF8.self)
            $0.message = nil
        }
        let isDue = state.withLock { state in
            guard record.updatedAt.milliseconds - state.published.milliseconds >= JobContext.interval else {
                return false
            }
            state.published = record.updatedAt
            state.told += 1
            return true
        }
        if isDue { events.tell("job.progress", record) }
    }

    /// Messages about the job that the work has caused.
    var told: Int { state.withLock { $0.told } }

    /// Says that rows were gone through.
    package func took(rows: Int) { figures.count(kind, rows: rows) }

    /// Says that a part was not done (`job.rejected`); a JSON object.
    package func rejected(_ json: [UInt8]) {
        figures.count(kind, rejected: 1)
        let isTold = state.withLock { state in
            state.rejections += 1
            guard state.rejections <= JobContext.maximumRejections else { return false }
            state.told += 1
            return true
        }
        if isTold { events.tellRejected(json, of: id, at: now()) }
    }
}

extension JobRecord {
    /// The job as clients see it.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("id", id.description)
        json.field("type", kind)
        json.field("state", state.rawValue)
        json.field("arguments", raw: arguments.utf8Span.span)
        json.field("progress", raw: progress.utf8Span.span)
        json.key("report")
        if let report { json.raw(report.utf8Span.span) } else { json.null() }
        json.field("message", message)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
        json.endObject()
        return json.bytes
    }
}
