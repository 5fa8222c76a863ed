import Testing

@testable import Bus

@Suite struct StreamScheduleTests {
    /// Where the bytes of an array lie.
    private func place(of bytes: [UInt8]) -> UInt {
        unsafe bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }

    @Test func `hands the buffer that was given back to the next stream`() {
        let schedule = StreamSchedule()
        var buffer = schedule.takeBuffer()
        buffer.append(contentsOf: repeatElement(1, count: 1000))
        let place = place(of: buffer)
        schedule.giveBack(consume buffer)
        let next = schedule.takeBuffer()
        #expect(next.isEmpty && next.capacity >= 1000)
        #expect(self.place(of: next) == place, "the memory is kept, not allocated again")
    }

    @Test func `keeps a bounded number of buffers, none of them huge`() {
        let schedule = StreamSchedule()
        for _ in 0..<1000 { schedule.giveBack([UInt8](repeating: 1, count: 100)) }
        schedule.giveBack([UInt8](repeating: 1, count: 2 << 20))
        var kept = 0
        while true {
            let buffer = schedule.takeBuffer()
            if buffer.capacity == 0 { break }
            #expect(buffer.isEmpty && buffer.capacity < 2 << 20)
            kept += 1
        }
        #expect(kept == 128)
    }
}
