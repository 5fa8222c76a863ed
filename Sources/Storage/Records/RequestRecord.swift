package import Bus

/// A row of `requests`: what a person asked an agent for.
package struct RequestRecord: Equatable, Sendable {
    package var id: UUIDv7
    package var projectID: UUIDv7
    /// Need not be known.
    package var sessionID: String
    package var prompt: String
    package var promptType: String?
    package var status: String
    package var createdAt: Timestamp
    package var completedAt: Timestamp?
    /// A JSON object.
    package var metadata: [UInt8]

    package init(
        id: UUIDv7,
        projectID: UUIDv7,
        sessionID: String,
        prompt: String,
        promptType: String? = nil,
        status: String,
        createdAt: Timestamp,
        completedAt: Timestamp? = nil,
        metadata: [UInt8] = EmptyJSON.object
    ) {
        self.id = id
        self.projectID = projectID
        self.sessionID = sessionID
        self.prompt = prompt
        self.promptType = promptType
        self.status = status
        self.createdAt = createdAt
        self.completedAt = completedAt
        self.metadata = metadata
    }
}

/// Which requests a list shows; all conditions hold together.
package struct RequestFilter: Equatable, Sendable {
    package var projectID: UUIDv7?
    package var sessionID: String?
    package var status: String?

    package init(projectID: UUIDv7? = nil, sessionID: String? = nil, status: String? = nil) {
        self.projectID = projectID
        self.sessionID = sessionID
        self.status = status
    }
}

/// What is to change of a request; nil leaves a column as it is.
package struct RequestChange: Equatable, Sendable {
    package var status: String?
    /// Members to put over those that are there.
    package var metadata: [UInt8]?

    package init(status: String? = nil, metadata: [UInt8]? = nil) {
        self.status = status
        self.metadata = metadata
    }
}
