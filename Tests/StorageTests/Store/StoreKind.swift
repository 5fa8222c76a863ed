import Bus
import TestSupport

@testable import Storage

/// The stores that the contract suite runs against.
enum StoreKind: CaseIterable, Sendable {
    case sqlite
    case postgres

    /// A store that holds `records`.
    func open(
        _ records: [JournalRecord],
        in folder: TemporaryFolder,
        at location: StoreLocation? = nil
    ) async throws -> DurableStore {
        let place = if let location { location } else { try await self.location() }
        let durable = try await DurableStore.open(
            folder: folder.path,
            location: place,
            learning: testLearning,
            patience: testPatience
        )
        for record in records { try await durable.append(record) }
        try await durable.flush(milliseconds: 150_000)
        return durable
    }

    /// An empty store.
    func location() async throws -> StoreLocation {
        switch self {
        case .sqlite: .embedded
        case .postgres: .postgres(try await PostgresServer.shared().options(database: PostgresServer.newDatabase()))
        }
    }
}
