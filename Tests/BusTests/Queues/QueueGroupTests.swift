import TestSupport
import Testing

@testable import Bus

struct QueueGroupTests {
    private typealias Group = QueueGroup<String, Int>

    private func group(window: Int = 2, mostWaiting: Int = 100) -> Group {
        Group(window: window, mostWaiting: mostWaiting, mostWaitingBytes: 1 << 20)
    }

    private func pairs(_ handovers: [Group.Handover]) -> [String] { handovers.map { "\($0.member)\($0.element)" } }

    @Test func `each message goes to one member, in turns`() {
        var group = group()
        _ = group.join("a", acknowledges: false)
        _ = group.join("b", acknowledges: false)
        let given = (1...4).flatMap { pairs(group.publish($0, id: "\($0)", bytes: 1)) }
        #expect(given == ["a1", "b2", "a3", "b4"])
    }

    @Test func `who has less to do gets more`() {
        var group = group(window: 10)
        _ = group.join("a", acknowledges: true)
        _ = group.join("b", acknowledges: true)
        for number in 1...4 { _ = group.publish(number, id: "\(number)", bytes: 1) }
        #expect(group.acknowledge("2", by: "b").isEmpty)
        #expect(group.acknowledge("4", by: "b").isEmpty)
        #expect(pairs(group.publish(5, id: "5", bytes: 1)) == ["b5"])
    }

    @Test func `what nobody can take waits for an acknowledgement`() {
        var group = group(window: 1)
        _ = group.join("a", acknowledges: true)
        #expect(pairs(group.publish(1, id: "1", bytes: 1)) == ["a1"])
        #expect(group.publish(2, id: "2", bytes: 1).isEmpty)
        #expect(group.waitingCount == 1 && group.openCount == 1)
        #expect(group.acknowledge("2", by: "a").isEmpty, "it does not have that one")
        #expect(pairs(group.acknowledge("1", by: "a")) == ["a2"])
        #expect(group.acknowledge("1", by: "a").isEmpty)
    }

    @Test func `what a lost member had goes to another, before anything newer`() {
        var group = group(window: 2)
        _ = group.join("a", acknowledges: true)
        for number in 1...4 { _ = group.publish(number, id: "\(number)", bytes: 1) }
        #expect(pairs(group.join("b", acknowledges: true)) == ["b3", "b4"])
        _ = group.publish(5, id: "5", bytes: 1)
        _ = group.acknowledge("3", by: "b")
        #expect(group.leave("a", isLost: true).isEmpty)
        #expect(pairs(group.acknowledge("4", by: "b")) == ["b1"])
        #expect(pairs(group.acknowledge("5", by: "b")) == ["b2"])
    }

    @Test func `a group that lost its last member waits for it to come back`() {
        var group = group()
        _ = group.join("a", acknowledges: true)
        _ = group.publish(1, id: "1", bytes: 1)
        _ = group.leave("a", isLost: true)
        #expect(group.isBereft && !group.isOver)
        _ = group.publish(2, id: "2", bytes: 1)
        #expect(pairs(group.join("a2", acknowledges: true)) == ["a21", "a22"])
        _ = group.acknowledge("1", by: "a2")
        _ = group.acknowledge("2", by: "a2")
        _ = group.leave("a2", isLost: false)
        #expect(group.isOver, "it said goodbye and left nothing")
    }

    @Test func `gives up at last`() {
        var group = group()
        _ = group.join("a", acknowledges: true)
        _ = group.publish(1, id: "1", bytes: 1)
        _ = group.leave("a", isLost: true)
        group.giveUp()
        #expect(group.isOver && group.droppedCount == 1 && group.waitingBytes == 0)
        #expect(group.publish(2, id: "2", bytes: 1).isEmpty && group.waitingCount == 0)
    }

    @Test func `who does not acknowledge is not waited for`() {
        var group = group()
        _ = group.join("a", acknowledges: false)
        _ = group.leave("a", isLost: true)
        #expect(group.isOver)
    }

    @Test func `lets go of the oldest at its bound and counts it`() {
        var group = group(window: 1, mostWaiting: 2)
        _ = group.join("a", acknowledges: true)
        for number in 1...5 { _ = group.publish(number, id: "\(number)", bytes: 3) }
        #expect(group.droppedCount == 2 && group.waitingCount == 2 && group.waitingBytes == 6)
        #expect(pairs(group.acknowledge("1", by: "a")) == ["a4"])
    }

    /// Members come, acknowledge and are lost at random: every message is acknowledged once, and none is lost.
    @Test(arguments: 0..<50) func `loses nothing when members die`(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var group = QueueGroup<Int, Int>(window: 5, mostWaiting: 10_000, mostWaitingBytes: 1 << 20)
        var held: [Int: [Int]] = [:]
        var done: [Int] = []
        var nextMember = 0
        func take(_ handovers: [QueueGroup<Int, Int>.Handover]) {
            for handover in handovers { held[handover.member, default: []].append(handover.element) }
        }
        take(group.join(0, acknowledges: true))
        for number in 1...300 {
            take(group.publish(number, id: "\(number)", bytes: 1))
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                nextMember += 1
                held[nextMember] = []
                take(group.join(nextMember, acknowledges: true))
            case 1:
                guard let member = held.keys.sorted().randomElement(using: &random) else { continue }
                held[member] = nil
                take(group.leave(member, isLost: true))
            default:
                guard let member = held.keys.sorted().randomElement(using: &random),
                    let element = held[member]?.first
                else { continue }
                held[member]?.removeFirst()
                done.append(element)
                take(group.acknowledge("\(element)", by: member))
            }
        }
        take(group.join(-1, acknowledges: true))
        while let (member, elements) = held.first(where: { !$0.value.isEmpty }), let element = elements.first {
            held[member]?.removeFirst()
            done.append(element)
            take(group.acknowledge("\(element)", by: member))
        }
        #expect(done.sorted() == Array(1...300))
        #expect(group.droppedCount == 0 && group.waitingCount == 0 && group.openCount == 0)
    }
}
