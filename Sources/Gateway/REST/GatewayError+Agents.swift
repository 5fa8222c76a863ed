package import Agents
internal import HTTPTypes
package import Storage

extension GatewayError {
    /// How a refusal of the rooms below is answered.
    package init(_ error: AgentsError) {
        switch error.code {
        case .invalid where error.problems.isEmpty: self.init(.badRequest, error.message)
        case .invalid:
            self = .validation(Dictionary(grouping: error.problems, by: \.field).mapValues { $0.map(\.text) })
        case .keyReused: self.init(.unprocessableContent, error.message)
        case .blocked: self.init(.forbidden, error.message)
        case .conflict: self.init(.conflict, error.message)
        case .notFound: self.init(.notFound, error.message)
        case .unavailable: self = .unavailable(error.message)
        case .storageFull: self = .unavailable(error.message, retryAfter: 30)
        case .internalFailure: self.init(.internalServerError, error.message)
        }
    }

    /// How a failure of the storage is answered: what the database said stays inside.
    package init(_ error: StorageError) { self.init(AgentsError(error)) }
}
