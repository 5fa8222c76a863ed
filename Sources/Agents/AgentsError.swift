package import Storage

/// Why a request to the agents' rooms was not carried out.
package struct AgentsError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What kind of refusal it is; stable, for decisions in code.
    package enum Code: String, Sendable {
        /// The input is wrong: `problems` says where.
        case invalid
        /// The idempotency key was used before with another body.
        case keyReused
        /// What exists already doesn't allow it.
        case conflict
        /// One of the two agents has blocked the other.
        case blocked
        /// What was asked for is not there.
        case notFound
        /// The store or the journal doesn't answer, or too many wait: try again later.
        case unavailable
        /// The disk is full: nothing was accepted.
        case storageFull
        /// A failure of ours that trying again doesn't mend.
        case internalFailure
    }

    /// One thing that is wrong with one field.
    package struct Problem: Equatable, Sendable {
        /// The name of the field on the wire, for example `tool_name`.
        package let field: String
        /// One short sentence.
        package let text: String

        package init(field: String, text: String) {
            self.field = field
            self.text = text
        }
    }

    package let code: Code
    /// One sentence that may be sent to clients.
    package let message: String
    /// What is wrong with which field; empty unless `code` is `invalid`.
    package let problems: [Problem]

    package init(_ code: Code, _ message: String, problems: [Problem] = []) {
        self.code = code
        self.message = message
        self.problems = problems
    }

    package var description: String {
        ([message] + problems.map { "\($0.field): \($0.text)" }).joined(separator: "; ")
    }
}

extension AgentsError {
    /// Some fields are wrong. The message is the one that clients of the original know.
    package static func invalid(_ problems: [Problem]) -> AgentsError {
        AgentsError(.invalid, "Validation failed", problems: problems)
    }

    /// What a failure of the storage means to a client. What the database said is not repeated: it may quote rows.
    package init(_ error: StorageError) {
        switch error.code {
        case .unavailable: self.init(.unavailable, "The store does not answer, try again later")
        case .diskFull: self.init(.storageFull, "The disk is full, nothing was stored")
        case .notFound: self.init(.notFound, "Not found")
        case .rejected: self.init(.invalid, "The store can't hold a value of this request")
        // All others need a person, not another attempt.
        default: self.init(.internalFailure, "The store failed")
        }
    }
}
