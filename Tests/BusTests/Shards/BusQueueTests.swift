import TestSupport
import Testing

@testable import Bus

/// A member of a queue that lives on a loop of a test.
private final class MemberProbe: MessageSink {
    let ids: Watched<[(id: String, number: Int)]>

    init(_ ids: Watched<[(id: String, number: Int)]>) { self.ids = ids }

    func deliver(_ message: Message, on shard: isolated Shard) {
        ids.update { $0.append((message.id, message.number)) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct BusQueueTests {
    private func member(
        of name: QueueName,
        on shard: Shard,
        acknowledges: Bool
    ) async -> (membership: QueueMembership, got: Watched<[(id: String, number: Int)]>) {
        let got = Watched<[(id: String, number: Int)]>([])
        return (await shard.join(name, got, acknowledges: acknowledges), got)
    }

    @Test(arguments: [1, 3])
    func `members on all loops share the messages`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let name = QueueName(pattern: try #require(ChannelPattern("topics/>")), queue: "workers")
            let channel = try #require(ChannelName("topics/work"))
            var members: [(membership: QueueMembership, got: Watched<[(id: String, number: Int)]>)] = []
            for index in 0..<6 {
                members.append(await member(of: name, on: bus.shards[index % loops], acknowledges: false))
            }
            for number in 0..<600 {
                await bus.shards[number % loops].run { _ = $0.publish(Message(number, on: channel)) }
            }
            for member in members { _ = await member.got.wait { $0.count >= 100 } }
            #expect(members.flatMap { $0.got.value.map(\.number) }.sorted() == Array(0..<600))
            for member in members {
                #expect(member.got.value.count == 100)
                await bus.shards[member.membership.member.shard].run { $0.leave(member.membership, isLost: false) }
            }
        }
    }

    @Test(arguments: [1, 3])
    func `what a lost member had not acknowledged goes to another`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let channel = try #require(ChannelName("topics/work"))
            let name = QueueName(pattern: ChannelPattern(channel), queue: "workers")
            let first = await member(of: name, on: bus.shards[0], acknowledges: true)
            for number in 0..<10 { bus.publish(Message(number, on: channel)) }
            let got = await first.got.wait { $0.count == 10 }
            await bus.shards[0].run { shard in
                for message in got.prefix(4) { shard.acknowledge(message.id, first.membership) }
                shard.leave(first.membership, isLost: true)
            }
            for number in 10..<15 { bus.publish(Message(number, on: channel)) }
            let second = await member(of: name, on: bus.shards[loops - 1], acknowledges: true)
            let rest = await second.got.wait { $0.count == 11 }
            #expect(rest.map(\.number) == Array(4..<15))
            #expect(await bus.figures().gauges.queueUnacknowledged == 11)
        }
    }

    @Test func `there are so many groups on a loop, and so many members in a group`() async throws {
        try await Bus.running { bus in
            let pattern = try #require(ChannelPattern("topics/>"))
            await bus.shards[0].run { shard in
                var refused = 0
                for number in 0...QueueTable.mostGroups {
                    let name = QueueName(pattern: pattern, queue: "q\(number)")
                    _ = shard.join(name, MemberProbe(Watched([])), acknowledges: true) { refused += $0 ? 0 : 1 }
                }
                #expect(refused == 1 && shard.queues.members.count == QueueTable.mostGroups)
                for _ in 0..<QueueTable.mostMembers {
                    let name = QueueName(pattern: pattern, queue: "q0")
                    _ = shard.join(name, MemberProbe(Watched([])), acknowledges: true) { refused += $0 ? 0 : 1 }
                }
                #expect(refused == 2)
            }
        }
    }

    @Test(arguments: [1, 3])
    func `a request is answered once, or told that nobody is there`(loops: Int) async throws {
        try await Bus.running(loops: loops) { bus in
            let channel = try #require(ChannelName("topics/ask"))
            let question = Question(channel: channel, event: "q", data: Array("1".utf8), sender: nil)
            #expect(await bus.request(question, milliseconds: 60_000) == .noResponders)
            let messages = Watched<[Message]>([])
            await bus.shards[loops - 1].run { shard in
                let subscriber = Subscriber(.sink(Keeper(messages)))
                shard.subscribe(subscriber, to: ChannelPattern(channel))
                _ = shard.hold(subscriber)
            }
            let asking = Task { await bus.request(question, milliseconds: 60_000) }
            let id = try #require(await messages.wait { $0.count == 1 }.first?.replyTo)
            let reply = Reply(data: Array("2".utf8), sender: nil, at: Timestamp(milliseconds: 1))
            #expect(await bus.shards[loops - 1].answer(id, reply))
            #expect(await asking.value == .reply(reply))
            #expect(await !bus.shards[loops - 1].answer(id, reply), "nobody waits any more")
            #expect(await bus.request(question, milliseconds: 1) == .timedOut)
            #expect(await bus.figures().gauges.openRequests == 0)
        }
    }
}

private final class Keeper: MessageSink {
    let messages: Watched<[Message]>
    init(_ messages: Watched<[Message]>) { self.messages = messages }
    func deliver(_ message: Message, on shard: isolated Shard) { messages.update { $0.append(message) } }
}

extension Shard {
    fileprivate func join(
        _ name: QueueName,
        _ got: Watched<[(id: String, number: Int)]>,
        acknowledges: Bool
    ) async -> QueueMembership {
        var membership: QueueMembership?
        await withCheckedContinuation { continuation in
            membership = join(name, MemberProbe(got), acknowledges: acknowledges) { isJoined in
                #expect(isJoined)
                continuation.resume()
            }
        }
        guard let membership else { fatalError("join returns before its continuation is resumed") }
        return membership
    }

    fileprivate func answer(_ id: String, _ reply: Reply) async -> Bool {
        await withCheckedContinuation { continuation in
            self.reply(to: id, reply) { continuation.resume(returning: $0) }
        }
    }
}
