import Bus
import TestSupport

@testable import Storage

/// The stores that the contract suite runs against.
enum StoreKind: CaseIterable, Sendable {
    case sqlite
    case postgres

    /// A store that holds `records`.
    func open(_ records: [JournalRecord], in folder: TemporaryFolder) async throws -> DurableStore {
        let durable = try await DurableStore.open(
            folder: folder.path,
            location: try await location(),
            learning: testLearning
        )
        for record in records { try await durable.append(record) }
        try await durable.flush(milliseconds: 60_000)
        return durable
    }

    /// An empty store.
    private func location() async throws -> StoreLocation {
        switch self {
        case .sqlite: .embedded
        case .postgres: .postgres(try await PostgresServer.shared().options(database: PostgresServer.newDatabase()))
        }
    }
}
