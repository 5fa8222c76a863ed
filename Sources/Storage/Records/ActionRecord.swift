package import Bus

/// One tool call, as a row on its way to `actions` and with what follows from it.
package struct ActionRecord: Equatable, Sendable {
    package var id: UUIDv7
    package var toolName: String
    package var toolType: String
    package var input: String?
    package var output: String?
    package var filePaths: [String]
    /// Nil when unknown: counts as a use and leaves scores and success alone.
    package var exitCode: Int?
    package var durationMilliseconds: Int?
    package var subtaskID: String?
    package var sessionID: String?
    package var projectPath: String?
    package var createdAt: Timestamp
    /// Words that the routing learns for this tool from this call; empty if none.
    package var keywords: [String]
    /// Set when the client may repeat the request: the answer is kept with the row.
    package var idempotency: IdempotencyRecord?

    package init(
        id: UUIDv7,
        toolName: String,
        toolType: String,
        input: String? = nil,
        output: String? = nil,
        filePaths: [String] = [],
        exitCode: Int? = nil,
        durationMilliseconds: Int? = nil,
        subtaskID: String? = nil,
        sessionID: String? = nil,
        projectPath: String? = nil,
        createdAt: Timestamp,
        keywords: [String] = [],
        idempotency: IdempotencyRecord? = nil
    ) {
        self.id = id
        self.toolName = toolName
        self.toolType = toolType
        self.input = input
        self.output = output
        self.filePaths = filePaths
        self.exitCode = exitCode
        self.durationMilliseconds = durationMilliseconds
        self.subtaskID = subtaskID
        self.sessionID = sessionID
        self.projectPath = projectPath
        self.createdAt = createdAt
        self.keywords = keywords
        self.idempotency = idempotency
    }
}

/// A request that may be repeated, and how it was answered.
package struct IdempotencyRecord: Equatable, Sendable {
    /// The client's key with its scope in front, for example `POST /api/actions key`.
    package var key: String
    /// SHA-256 of the request body: the same key with another body is a mistake of the client.
    package var fingerprint: [UInt8]
    /// The body of the answer, as sent.
    package var response: [UInt8]

    package init(key: String, fingerprint: [UInt8], response: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
        self.response = response
    }
}

/// A person's or agent's verdict on a suggestion.
package struct FeedbackRecord: Equatable, Sendable {
    package var toolName: String
    package var keywords: [String]
    package var chosen: Bool
    package var createdAt: Timestamp

    package init(toolName: String, keywords: [String], chosen: Bool, createdAt: Timestamp) {
        self.toolName = toolName
        self.keywords = keywords
        self.chosen = chosen
        self.createdAt = createdAt
    }
}
