import Bus
import TestSupport
import Testing

struct NameLookupTests {
    private func look(up name: String) async throws -> Result<[String], BusError> {
        let loop = EventLoop(name: "test-lookup")
        loop.start()
        let result = await withCheckedContinuation { answer in
            loop.execute {
                do throws(BusError) {
                    _ = try NameLookup(name, on: loop) { answer.resume(returning: $0) }
                } catch {
                    answer.resume(returning: .failure(error))
                }
            }
        }
        loop.stop()
        return result
    }

    @Test func aNameHasItsAddresses() async throws {
        let addresses = try await look(up: "localhost").get()
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(Set(addresses).count == addresses.count)
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func anAddressIsItsOwn(address: String) async throws {
        #expect(try await look(up: address).get() == [address])
    }

    @Test(arguments: ["no-such-host.invalid", "", "a b", String(repeating: "x", count: 5000)])
    func whatNobodyKnowsIsAnError(name: String) async throws {
        await #expect(throws: BusError.self) { try await look(up: name).get() }
    }

    @Test func aCancelledOneIsSilentAndLetsTheLoopEnd() async throws {
        let loop = EventLoop(name: "test-lookup")
        loop.start()
        let answers = Lock(0)
        await withCheckedContinuation { done in
            loop.execute {
                for _ in 0..<20 {
                    let lookup = try? NameLookup("localhost", on: loop) { _ in answers.withLock { $0 += 1 } }
                    lookup?.cancel()
                }
                done.resume()
            }
        }
        loop.stop()
        #expect(answers.withLock { $0 } == 0)
    }

    @Test func oneUnderWayIsAnsweredBeforeTheLoopEnds() async throws {
        let loop = EventLoop(name: "test-lookup")
        loop.start()
        let answers = Lock(0)
        loop.execute { _ = try? NameLookup("localhost", on: loop) { _ in answers.withLock { $0 += 1 } } }
        loop.stop()
        #expect(answers.withLock { $0 } == 1)
    }
}
