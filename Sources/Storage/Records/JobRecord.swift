package import Bus

/// A long task and how far it is, as a row of `jobs`. The JSON texts belong to the kind of the job.
package struct JobRecord: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// At work, or interrupted by the end of its server, which goes on with it at its next start.
        case running
        case paused
        case completed
        case failed
        case cancelled

        /// It isn't gone on with any more, unless somebody resumes it.
        package var isOver: Bool { self == .completed || self == .failed || self == .cancelled }
    }

    package var id: UUIDv7
    /// For example `migration`.
    package var kind: String
    /// The server that runs it: a job may need files of its machine.
    package var owner: String
    package var state: State
    /// What it was asked to do: a JSON object.
    package var arguments: String
    /// How far it is, for people and programs: a JSON object.
    package var progress = "{}"
    /// Where it goes on after an interruption: a JSON object; nil at its beginning.
    package var checkpoint: String?
    /// What it did: a JSON object, when it has completed.
    package var report: String?
    /// Why it failed, or what it waits for.
    package var message: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(id: UUIDv7, kind: String, owner: String, arguments: String, at time: Timestamp) {
        self.id = id
        self.kind = kind
        self.owner = owner
        self.arguments = arguments
        state = .running
        createdAt = time
        updatedAt = time
    }
}

/// Where a job goes on, written together with what it did: neither is there without the other.
package struct JobCheckpoint: Equatable, Sendable {
    package var jobID: UUIDv7
    /// `JobRecord.checkpoint`
    package var text: String
    package var time: Timestamp

    package init(jobID: UUIDv7, text: String, time: Timestamp) {
        self.jobID = jobID
        self.text = text
        self.time = time
    }
}
