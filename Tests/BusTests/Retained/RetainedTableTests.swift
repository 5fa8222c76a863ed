import Testing

@testable import Bus

struct RetainedTableTests {
    private func value(_ channel: String, _ data: String) throws -> Message {
        let channel = try #require(ChannelName(channel))
        return Message(channel: channel, event: "x.set", data: Array(data.utf8), isRetained: true)
    }

    private func data(_ table: RetainedTable, _ pattern: String) throws -> [String] {
        try table.values(for: #require(ChannelPattern(pattern))).map { String(decoding: $0.data, as: UTF8.self) }
    }

    @Test func `keeps the last value until null clears it`() throws {
        var table = RetainedTable()
        for (channel, data) in [("topics/a", "1"), ("topics/b", "2"), ("topics/a", "3"), ("jobs/x", "4")] {
            let isKept = table.retain(try value(channel, data))
            #expect(isKept)
        }
        #expect(try data(table, "topics/a") == ["3"])
        #expect(try data(table, "topics/*") == ["3", "2"])
        let isCleared = table.retain(try value("topics/a", "null"))
        #expect(isCleared)
        #expect(try data(table, "*/>") == ["4", "2"])
        _ = table.retain(try value("topics/b", "null"))
        _ = table.retain(try value("jobs/x", "null"))
        #expect(table.count == 0 && table.bytes == 0)
    }

    @Test func `refuses what has no room and keeps the old value`() throws {
        let size = try value("topics/a", "1").wire.count
        var table = RetainedTable(mostMessages: 2, mostBytes: 2 * size + 10)
        let kept = try [table.retain(value("topics/a", "1")), table.retain(value("topics/b", "2"))]
        let refused = try [
            table.retain(value("topics/c", "3")),
            table.retain(value("topics/a", #""\#(String(repeating: "x", count: 100))""#)),
        ]
        #expect(kept == [true, true] && refused == [false, false])
        #expect(try data(table, "topics/*") == ["1", "2"])
        let replaced = try table.retain(value("topics/a", "9"))
        #expect(replaced)
    }
}
