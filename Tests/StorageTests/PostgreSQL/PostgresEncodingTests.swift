import Bus
import Testing

@testable import Storage

/// The bytes are those of the functions `..._send` in PostgreSQL.
struct PostgresEncodingTests {
    private func bytes(_ value: some PostgresEncodable) -> [UInt8] {
        var bytes: [UInt8] = []
        value.encode(into: &bytes)
        return bytes
    }

    @Test func numbersAreBigEndian() {
        #expect(bytes(Int32(-2)) == [0xFF, 0xFF, 0xFF, 0xFE])
        #expect(bytes(Int64(258)) == [0, 0, 0, 0, 0, 0, 1, 2])
        #expect(bytes(Int.min) == [0x80, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes(1.5) == [0x3F, 0xF8, 0, 0, 0, 0, 0, 0])
        #expect(bytes(true) == [1])
    }

    @Test func timesCountMicrosecondsFrom2000() {
        #expect(bytes(Timestamp(milliseconds: 946_684_800_000)) == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes(Timestamp(milliseconds: 946_684_800_001)) == [0, 0, 0, 0, 0, 0, 3, 0xE8])
        #expect(bytes(Timestamp(milliseconds: 946_684_799_999)) == [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC, 0x18])
    }

    @Test func jsonBeginsWithItsVersion() {
        #expect(bytes(PostgresJSON(text: "{}")) == [1, 0x7B, 0x7D])
    }

    @Test func arraysHaveAHeadAndMeasuredElements() {
        var array: [UInt8] = []
        array.appendArray([7, nil] as [Int32?])
        #expect(
            array == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 23, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 7, 0xFF, 0xFF, 0xFF,
                0xFF,
            ]
        )
        var empty: [UInt8] = []
        empty.appendArray([] as [String?])
        #expect(empty == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25])
    }

    @Test(arguments: [[], ["a"], ["", "é\0", "␀"], ["x", nil, "y"]] as [[String?]])
    func textArraysAreReadBack(texts: [String?]) {
        var bytes: [UInt8] = []
        bytes.appendArray(texts)
        #expect(PostgresArray.texts(bytes.span) == texts.compactMap { $0 })
        for count in 0..<bytes.count { _ = PostgresArray.texts(Array(bytes[..<count]).span) }
    }

    @Test func parametersLieBehindEachOther() {
        let command = PostgresCommand("SELECT").with("ab").with(nil as Int?).with("").with(true)
        #expect(command.types == [25, 20, 25, 16])
        #expect(command.bytes == [0x61, 0x62, 1])
        #expect(command.ranges == [0..<2, nil, 2..<2, 2..<3])
    }

    @Test func rowsComeInPiecesThatBeginAndEndOnce() {
        let actions = (0..<500).map { _ in
            var action = sampleAction()
            action.input = String(repeating: "x", count: 1000)
            return action
        }
        var source = PostgresActionRows(actions)
        var pieces: [[UInt8]] = []
        var piece: [UInt8] = []
        while source.next(into: &piece) {
            pieces.append(piece)
            piece = []
        }
        #expect(pieces.count > 5)
        #expect(pieces.allSatisfy { $0.count < copyPieceBytes + 2000 })
        #expect(pieces.first?.starts(with: Array("PGCOPY\n".utf8)) == true)
        #expect(pieces.last?.suffix(2) == [0xFF, 0xFF])
        #expect(source.next(into: &piece) == false)
    }
}
