internal import Bus
internal import Storage

/// What is told of jobs on `jobs/<id>`. How a job is stays on its channel as its retained value, so that whoever comes
/// late knows it at once; of the newest jobs only, because there is room for so many retained values.
struct JobEvents: Sendable {
    let publisher: any MessagePublisher
    /// The retained values of all jobs' channels.
    let retained: @Sendable () -> [Message]

    /// Jobs whose last event stays.
    static let mostRetained = 100

    /// How a job is.
    func tell(_ event: String, _ record: JobRecord) {
        guard let channel = JobEvents.channel(record.id) else { return }
        publisher.publish(
            Message(channel: channel, event: event, data: record.json, isRetained: true, at: record.updatedAt)
        )
    }

    /// A part that was not done. It doesn't stay: how the job is, is what a late subscriber has to know.
    func tellRejected(_ json: [UInt8], of id: UUIDv7, at time: Timestamp) {
        guard let channel = JobEvents.channel(id) else { return }
        publisher.publish(Message(channel: channel, event: "job.rejected", data: json, at: time))
    }

    /// Makes room for another job: the oldest events go, but those of jobs at work.
    func makeRoom(besides running: [UUIDv7]) {
        let kept = Set(running.compactMap(JobEvents.channel))
        let others = retained().filter { !kept.contains($0.channel) }.sorted { $0.timestamp > $1.timestamp }
        for message in others.dropFirst(max(0, JobEvents.mostRetained - kept.count)) {
            publisher.publish(
                Message(channel: message.channel, event: "job.forgotten", data: Array("null".utf8), isRetained: true)
            )
        }
    }

    private static func channel(_ id: UUIDv7) -> ChannelName? { ChannelName("jobs/\(id)") }
}
