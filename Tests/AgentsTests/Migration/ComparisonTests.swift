import Bus
import Storage
import Testing

@testable import Agents

struct ComparisonTests {
    private let day = Timestamp(milliseconds: 1_751_328_000_000)

    @Test func bothSidesStandBesideEachOther() {
        var comparison = Comparison()
        for offset in [0, 5000] {
            comparison.addOld(Timestamp(milliseconds: day.milliseconds + Int64(offset)), "Bash")
        }
        comparison.add(DailyActions(day: day, toolName: "Bash", recorded: 1, imported: 1))
        #expect(comparison.report.differences.isEmpty)
        #expect(comparison.report.verdict == "the same: 2 calls in 1 days")
        comparison.addOld(Timestamp(milliseconds: day.milliseconds + 86_400_000), "Bash")
        comparison.add(DailyActions(day: day, toolName: "Read", recorded: 3, imported: 0))
        let report = comparison.report
        #expect(report.lines.map(\.day) == ["2025-07-01", "2025-07-01", "2025-07-02"])
        #expect(report.differences.map(\.toolName) == ["Read", "Bash"])
        #expect(report.verdict == "different in 2 of 3 lines: 3 calls in the old database, 5 here")
    }
}
