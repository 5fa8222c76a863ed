internal import Bus
internal import Foundation
internal import Storage

/// What a migration would do, found out on a picture of the source: neither the source nor the store is touched.
package struct MigrationPlan: Codable, Equatable, Sendable {
    /// A table of the source.
    struct Table: Codable, Equatable, Sendable {
        var name: String
        var columns: [String]
        var rows: Int
        var accepted = 0
        var repaired = 0
        var rejected = 0
        /// How often each reason occurs.
        var reasons: [String: Int] = [:]
        /// Some rows for each reason.
        var examples: [String: [Int64]] = [:]
        var first: String?
        var last: String?
    }

    package private(set) var from: String
    private(set) var source: String
    private(set) var bytes: Int64
    private(set) var method: String
    private(set) var lockMilliseconds: Double
    /// At least so many.
    private(set) var refusedWrites: Int
    private(set) var damage: [String]
    private(set) var tables: [Table] = []
    private(set) var samples: [PlanSample] = []
    private(set) var otherTables: [String]
    private(set) var otherColumns: [String] = []

    /// The file is whole and has something to migrate.
    package var isPossible: Bool { damage.isEmpty }
    /// Rows that could not be stored.
    package var rejected: Int { tables.reduce(0) { $0 + $1.rejected } }

    private static let pageRows = 5000
    /// Of each table.
    private static let mostSamples = 10

    /// - Parameter picture: A new file for the picture, which the caller removes.
    package static func make(from: String, source: String?, picture: String) async throws(AgentsError) -> MigrationPlan
    {
        let loop = EventLoop(name: "dcm-plan")
        loop.start()
        defer { loop.stop() }
        let outcome: DatabasePicture.Outcome
        let old: OldDatabase
        do throws(StorageError) {
            outcome = try DatabasePicture.take(from, to: picture)
            old = try OldDatabase(path: picture, on: loop)
        } catch {
            throw .unusable(error)
        }
        let result: Result<MigrationPlan, AgentsError>
        do throws(AgentsError) {
            result = .success(try await MigrationPlan(from, source ?? MigrationArguments.defaultSource, outcome, old))
        } catch {
            result = .failure(error)
        }
        try? await old.close()
        return try result.get()
    }

    private init(
        _ from: String,
        _ source: String,
        _ outcome: DatabasePicture.Outcome,
        _ old: OldDatabase
    ) async throws(AgentsError) {
        self.from = from
        self.source = source
        bytes = outcome.bytes
        method = outcome.method
        lockMilliseconds = outcome.lockMilliseconds
        refusedWrites = outcome.refusedWrites
        let schema = try await OldSchema(old, path: from)
        do { damage = try await old.damage() } catch { throw .unusable(error) }
        otherTables = schema.others
        if let columns = schema.actions { try await readActions(old, columns, schema.actionCount) }
        if let columns = schema.scores { try await readScores(old, columns, schema.scoreCount) }
    }

    private mutating func readActions(
        _ old: OldDatabase,
        _ columns: [OldDatabase.Column],
        _ rows: Int
    ) async throws(AgentsError) {
        var table = Table(name: OldActions.table, columns: MigrationPlan.describe(columns), rows: rows)
        otherColumns = OldActions(source: source, columns: columns).columns.others.map(\.name)
        let pages = ActionPages(old: old, columns: columns, source: source, limit: MigrationPlan.pageRows)
        var rowID = Int64.min
        var lastTime: Int64 = 0
        while let page = try await pages.next(after: rowID, lastTime) {
            for action in page.actions {
                table.accept(action.record.createdAt)
                note(action.note.repaired, action.note.row, in: &table) { PlanSample.text($0, of: action.record) }
            }
            for row in page.rejected { table.reject(row.row.rowID, row.reason) }
            rowID = page.lastRowID
            lastTime = page.lastTime.milliseconds
        }
        tables.append(table)
        try await readOriginals(old, OldActions(source: source, columns: columns).columns, of: table.name)
    }

    private mutating func readScores(
        _ old: OldDatabase,
        _ columns: [OldDatabase.Column],
        _ rows: Int
    ) async throws(AgentsError) {
        var table = Table(name: OldScores.table, columns: MigrationPlan.describe(columns), rows: rows)
        let reader = OldScores(columns: columns)
        var last = Int64.min
        while true {
            let page: [OldRow]
            do {
                page = try await old.rows(
                    of: OldScores.table,
                    columns: reader.columns.names,
                    after: last,
                    limit: MigrationPlan.pageRows
                )
            } catch {
                throw .unusable(error)
            }
            guard let end = page.last else { break }
            for row in page {
                switch reader.convert(row) {
                case .row(let reading):
                    table.accept(reading.score.row.lastUsed)
                    note(reading.repaired, row.rowID, in: &table) { PlanSample.text($0, of: reading.score) }
                case .rejected(let reason): table.reject(row.rowID, reason)
                }
            }
            last = end.rowID
        }
        tables.append(table)
        try await readOriginals(old, reader.columns, of: table.name)
    }

    /// - Parameter value: What a column becomes.
    private mutating func note(
        _ repaired: [String],
        _ rowID: Int64,
        in table: inout Table,
        _ value: (_ column: String) -> String
    ) {
        guard !repaired.isEmpty else { return }
        table.repaired += 1
        let name = table.name
        guard samples.count(where: { $0.table == name }) < MigrationPlan.mostSamples else { return }
        let changes = repaired.map { PlanSample.Change(column: $0, from: "", to: value($0)) }
        samples.append(PlanSample(table: name, rowID: rowID, changes: changes))
    }

    /// Looks up what stood in the samples of a table.
    private mutating func readOriginals(
        _ old: OldDatabase,
        _ columns: OldColumns,
        of table: String
    ) async throws(AgentsError) {
        for index in samples.indices where samples[index].table == table {
            let row: OldRow?
            do {
                row = try await old.row(of: table, columns: columns.names, rowID: samples[index].rowID)
            } catch {
                throw .unusable(error)
            }
            for change in samples[index].changes.indices {
                let place = columns.index(samples[index].changes[change].column)
                samples[index].changes[change].from = PlanSample.text(place.flatMap { row?.values[$0] } ?? .null)
            }
        }
    }

    private static func describe(_ columns: [OldDatabase.Column]) -> [String] {
        columns.map { $0.type.isEmpty ? $0.name : "\($0.name) \($0.type)" }
    }

    // MARK: - Telling

    package var json: String { MigrationJSON.text(self) }

    package var text: String {
        func line(_ name: String, _ value: String) -> String {
            name.padding(toLength: 20, withPad: " ", startingAt: 0) + value
        }
        func short(_ text: String) -> String { text.count > 60 ? "\(text.prefix(59))…" : text }
        var lines = [
            line("source", "\(from) (\(source))"),
            line("picture", "\(bytes) bytes, by \(method)"),
            line("writers held up", PictureText.lock(lockMilliseconds, refusedWrites)),
            line("integrity", damage.isEmpty ? "ok" : damage.joined(separator: "; ")),
        ]
        for table in tables {
            lines.append(line(table.name, "\(table.rows) rows: \(table.columns.joined(separator: ", "))"))
            lines.append(
                line("", "\(table.accepted) to store, \(table.repaired) of them repaired, \(table.rejected) rejected")
            )
            if let first = table.first, let last = table.last { lines.append(line("", "\(first) to \(last)")) }
            for (reason, count) in table.reasons.sorted(by: { $0.key < $1.key }) {
                let rows = (table.examples[reason] ?? []).map(String.init).joined(separator: ", ")
                lines.append(line("", "rejected: \(count) because \(reason) (rows \(rows))"))
            }
        }
        for sample in samples {
            let changes = sample.changes.map { "\($0.column) from \(short($0.from)) to \(short($0.to))" }
            lines.append(line("repaired", "\(sample.table) row \(sample.rowID): \(changes.joined(separator: ", "))"))
        }
        if !otherColumns.isEmpty { lines.append(line("kept in metadata", otherColumns.joined(separator: ", "))) }
        if !otherTables.isEmpty { lines.append(line("not migrated", otherTables.joined(separator: ", "))) }
        return lines.joined(separator: "\n")
    }
}

extension MigrationPlan.Table {
    /// Rows told for each reason.
    private static let mostExamples = 5

    fileprivate mutating func accept(_ time: Timestamp) {
        accepted += 1
        let text = time.iso8601
        // Times of this form are in the order of their texts.
        if first.map({ text < $0 }) ?? true { first = text }
        if last.map({ text > $0 }) ?? true { last = text }
    }

    fileprivate mutating func reject(_ rowID: Int64, _ reason: String) {
        rejected += 1
        reasons[reason, default: 0] += 1
        if examples[reason, default: []].count < Self.mostExamples { examples[reason, default: []].append(rowID) }
    }
}
