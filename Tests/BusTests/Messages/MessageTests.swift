import Foundation
import TestSupport
import Testing

@testable import Bus

@Suite struct FrameHeaderTests {
    @Test(
        arguments: [
            (0, [0x81, 0]), (1, [0x81, 1]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]),
            (65_535, [0x81, 126, 0xFF, 0xFF]), (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            (70_000, [0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
        ] as [(Int, [UInt8])]
    )
    func `writes the length as RFC 6455 says`(length: Int, header: [UInt8]) {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        var bytes = FrameHeader.placeholder + payload
        let shift = FrameHeader.finish(&bytes)
        #expect(bytes == header + payload)
        #expect(shift == header.count - FrameHeader.placeholder.count)
    }
}

@Suite struct MessageTests {
    private func object(_ message: Message) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(message.envelope)) as? [String: Any])
    }

    @Test(arguments: [0, 1, 10, 50, 60_000, 65_400, 65_536, 200_000])
    func `frames an envelope that Foundation reads`(length: Int) throws {
        let data = Array("\"\(String(repeating: "x", count: length))\"".utf8)
        let channel = try #require(ChannelName("topics/build"))
        let message = Message(channel: channel, event: "task.done", data: data, at: Timestamp(milliseconds: 1234))
        #expect(Array(message.data) == data)
        let envelope = try object(message)
        #expect(envelope["type"] as? String == "event")
        #expect(envelope["channel"] as? String == "topics/build")
        #expect(envelope["event"] as? String == "task.done")
        #expect(envelope["timestamp"] as? Int == 1234)
        #expect((envelope["data"] as? String)?.utf8.count == length)
        #expect((envelope["id"] as? String)?.hasPrefix("msg_1234_") == true)
        #expect(envelope["sender"] == nil && envelope["verified"] == nil)
        var frame = FrameHeader.placeholder + message.envelope
        _ = FrameHeader.finish(&frame)
        #expect(frame == message.wire)
    }

    @Test(arguments: [("a", true), ("quote\"\\", false), ("line\n\u{1}\u{2028}é😀", true), ("", false)])
    func `escapes and says who published`(agent: String, isVerified: Bool) throws {
        let channel = try #require(ChannelName("topics/\"q\\é"))
        let message = Message(
            channel: channel,
            event: "e\"\\\u{7}",
            data: Array("{\"a\":[1,null]}".utf8),
            sender: Sender(agentID: agent, isVerified: isVerified)
        )
        let envelope = try object(message)
        #expect(envelope["sender"] as? String == agent)
        #expect(envelope["verified"] as? Bool == isVerified)
        #expect(envelope["channel"] as? String == channel.text)
        #expect(envelope["event"] as? String == "e\"\\\u{7}")
        #expect((envelope["data"] as? [String: Any])?.count == 1)
    }
}

@Suite struct MessageIDTests {
    @Test func `differs from every other id of its millisecond`() {
        let at = Timestamp(milliseconds: 5)
        let ids = (0..<50_000).map { _ in MessageID.make(prefix: "msg_", at: at) }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.hasPrefix("msg_5_") && $0.utf8.count == 12 })
    }

    @Test func `differs when many threads make them`() async {
        let ids = await withTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<2000).map { _ in MessageID.make(prefix: "c_", at: Timestamp(milliseconds: 1)) } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 16_000)
    }

    @Test func `the step visits every suffix`() {
        // Shares neither factor of 36: its multiples come around only after 36^6 steps.
        #expect(MessageID.step % 2 != 0 && MessageID.step % 3 != 0)
        #expect(MessageID.combinations == 36 * 36 * 36 * 36 * 36 * 36)
    }
}
