import Testing

@testable import Bus

struct OpenRequestsTests {
    @Test func `each ends once: by a reply or at its deadline`() {
        var requests = OpenRequests<String>(limit: 10)
        let opened = requests.open("1", "a", deadline: 100) && requests.open("2", "b", deadline: 50)
        #expect(opened && requests.nextDeadline == 50)
        #expect(requests.close("1") == "a")
        #expect(requests.close("1") == nil)
        #expect(requests.expire(at: 49).isEmpty)
        #expect(requests.expire(at: 100) == ["b"])
        #expect(requests.count == 0 && requests.nextDeadline == nil)
        #expect(requests.close("2") == nil)
    }

    @Test func `refuses at its bound, and has room again`() {
        var requests = OpenRequests<Int>(limit: 2)
        for number in 0..<1000 {
            let opened = requests.open("\(number)", number, deadline: UInt64(number))
            #expect(opened)
            if number > 0 { #expect(requests.close("\(number - 1)") == number - 1) }
        }
        let second = requests.open("x", 1, deadline: 1)
        let third = requests.open("y", 2, deadline: 1)
        #expect(second && !third && requests.isFull)
        #expect(requests.closeAll().count == 2)
    }

    @Test func `a name says which loop waits`() {
        #expect(RequestID.shard(of: RequestID.make(shard: 3)) == 3)
        #expect(RequestID.make(shard: 0) != RequestID.make(shard: 0))
        for text in ["", "req_", "req_x_1", "msg_1_2", "req_1_" + String(repeating: "1", count: 40)] {
            #expect(RequestID.shard(of: text) == nil)
        }
    }
}
