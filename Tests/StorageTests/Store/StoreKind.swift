import Bus
import TestSupport

@testable import Storage

/// The stores that the contract suite runs against.
enum StoreKind: CaseIterable, Sendable {
    case sqlite

    /// A store that holds `records`.
    func open(_ records: [JournalRecord], in folder: TemporaryFolder) async throws -> DurableStore {
        let durable =
            switch self {
            case .sqlite: try await DurableStore.open(folder: folder.path, learning: testLearning)
            }
        for record in records { try await durable.append(record) }
        try await durable.flush()
        return durable
    }
}
