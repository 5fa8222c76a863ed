import Bus
import Testing

@testable import Storage

struct RecordCoderTests {
    @Test(arguments: 0..<20)
    func anyRecordComesBackEqual(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let record = randomRecord(using: &random)
            #expect(try RecordCoder.decode(RecordCoder.encode(record).span) == record)
        }
    }

    @Test func emptyTextIsNotAMissingOne() throws {
        var action = sampleAction()
        action.input = ""
        let read = try RecordCoder.decode(RecordCoder.encode(.action(action)).span)
        #expect(read == .action(action))
    }

    @Test(arguments: 0..<20)
    func everyTruncationIsCorrupt(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = RecordCoder.encode(randomRecord(using: &random))
        for count in 0..<bytes.count {
            #expect(code(of: Array(bytes[..<count])) == .corrupt, "cut to \(count) of \(bytes.count)")
        }
        #expect(code(of: bytes + [0]) == .corrupt)
    }

    @Test(arguments: 0..<50)
    func damagedBytesAreAnotherRecordOrCorrupt(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var bytes = RecordCoder.encode(randomRecord(using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 2..<bytes.count, using: &random)
                bytes[index] = .random(in: 0...255, using: &random)
            }
            // A changed letter is another record; a changed length, flag or text that is no UTF-8 is damage.
            let found = code(of: bytes)
            #expect(found == nil || found == .corrupt)
        }
    }

    @Test func aLengthBeyondTheEndAllocatesNothing() {
        // Kind feedback, time 0, verdict 0, then a text of 2^63 bytes.
        let length: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]
        #expect(code(of: [1, 2, 0, 0] + length) == .corrupt)
    }

    @Test func aLaterFormatIsNamed() {
        #expect(code(of: [2, 1]) == .newerSchema)
        #expect(code(of: [0, 1]) == .corrupt)
        #expect(code(of: [1, 9]) == .corrupt)
    }

    private func code(of bytes: [UInt8]) -> StorageError.Code? {
        do throws(StorageError) {
            _ = try RecordCoder.decode(bytes.span)
            return nil
        } catch {
            return error.code
        }
    }
}
