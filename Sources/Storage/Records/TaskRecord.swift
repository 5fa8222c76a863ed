package import Bus

/// A row of `task_lists`: one wave of the work on a request.
package struct TaskRecord: Equatable, Sendable {
    package var id: UUIDv7
    package var requestID: UUIDv7
    package var name: String?
    package var waveNumber: Int
    package var status: String
    package var createdAt: Timestamp
    package var completedAt: Timestamp?

    package init(
        id: UUIDv7,
        requestID: UUIDv7,
        name: String?,
        waveNumber: Int,
        status: String,
        createdAt: Timestamp,
        completedAt: Timestamp? = nil
    ) {
        self.id = id
        self.requestID = requestID
        self.name = name
        self.waveNumber = waveNumber
        self.status = status
        self.createdAt = createdAt
        self.completedAt = completedAt
    }
}

/// A task on its way to the store, which numbers and names it where the client didn't.
package struct NewTask: Equatable, Sendable {
    package var id: UUIDv7
    package var requestID: UUIDv7
    package var name: String?
    package var waveNumber: Int?
    package var status: String
    package var createdAt: Timestamp
    package var completedAt: Timestamp?

    package init(
        id: UUIDv7,
        requestID: UUIDv7,
        name: String? = nil,
        waveNumber: Int? = nil,
        status: String,
        createdAt: Timestamp,
        completedAt: Timestamp? = nil
    ) {
        self.id = id
        self.requestID = requestID
        self.name = name
        self.waveNumber = waveNumber
        self.status = status
        self.createdAt = createdAt
        self.completedAt = completedAt
    }
}

/// Which tasks a list shows; all conditions hold together.
package struct TaskFilter: Equatable, Sendable {
    /// With it the list is sorted by wave, without it newest first.
    package var requestID: UUIDv7?
    package var status: String?

    package init(requestID: UUIDv7? = nil, status: String? = nil) {
        self.requestID = requestID
        self.status = status
    }
}

/// What is to change of a task; nil leaves a column as it is.
package struct TaskChange: Equatable, Sendable {
    package var status: String?
    package var name: String?

    package init(status: String? = nil, name: String? = nil) {
        self.status = status
        self.name = name
    }
}
