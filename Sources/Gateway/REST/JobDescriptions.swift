internal import HTTPTypes
internal import Storage

/// What the routes of `JobRoutes` take and answer.
enum JobDescriptions {
    static let type = Field.text(
        "type",
        bytes: 1...100,
        "What kind of job: migration, migration.follow, migration.rollback, comparison or cleanup"
    ).required
    private static let from = Field.text(
        "from",
        bytes: 0...4096,
        "The file of the old database, on the server's machine"
    )
    private static let source = Field.text("source", bytes: 0...512, "What the old database is called")
    private static let scores = Field.text(
        "scores",
        bytes: 0...100,
        "How scores are joined: keep-larger, sum or replace"
    )
    private static let job = Field.uuid("job", "Take back only what this job has put in")
    private static let once = Field.boolean("once", "Follow until nothing is left")
    private static let lag = Field.number("lag", "Seconds that a row waits for the same call to be recorded")
    private static let days = Field.number("days", "How many days to compare")

    private static let record = JSONSchema.named(
        "Job",
        .object([
            "id": .uuid, "type": .text, "state": .choice(JobRecord.State.allCases.map(\.rawValue)),
            "arguments": .map(.anything), "progress": .map(.anything), "report": .optional(.map(.anything)),
            "message": .optional(.text), "created_at": .time, "updated_at": .time,
        ])
    )
    private static let answer = JSONSchema.object(["job": record])

    static let start = RouteDescription(
        "Begins a long task; what stands beside its type are its arguments",
        tag: "jobs",
        body: [type, from, source, scores, job, once, lag, days],
        answers: [.created(answer), .error(.conflict, "Another job of this room runs")]
    )

    static let list = RouteDescription(
        "Jobs, the newest first",
        tag: "jobs",
        query: [CommonFields.limit],
        answers: [.ok(.object(["jobs": .array(record), "count": .integer]))]
    )

    static let find = RouteDescription(
        "A job and how far it is",
        tag: "jobs",
        path: [CommonFields.id],
        answers: [.ok(answer), .notFound("job")]
    )

    static let pause = change("Stops a job where it can go on")
    static let resume = change("Goes on with a job that is paused or has failed")
    static let cancel = change("Stops a job for good; what it did stays")

    private static func change(_ summary: String) -> RouteDescription {
        RouteDescription(
            summary,
            tag: "jobs",
            path: [CommonFields.id],
            answers: [.ok(answer), .notFound("job"), .error(.conflict, "The state of the job does not allow it")]
        )
    }
}
