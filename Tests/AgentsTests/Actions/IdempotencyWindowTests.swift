import Storage
import Testing

@testable import Agents

struct IdempotencyWindowTests {
    private func limits(answers: Int = 100, running: Int = 100, waiting: Int = 100) -> IdempotencyWindow.Limits {
        var limits = IdempotencyWindow.Limits()
        limits.answers = answers
        limits.running = running
        limits.waiting = waiting
        return limits
    }

    @Test func aRepetitionGetsTheFirstAnswer() {
        var window = IdempotencyWindow()
        #expect(window.begin("a", fingerprint: [1]) == .proceed)
        #expect(window.begin("a", fingerprint: [1]) == .waitForFirst)
        #expect(window.wait(for: "a") == .queued)
        #expect(window.waitingCount == 1)
        window.finished("a", at: JournalPosition(1), answer: [7])
        #expect(window.waitingCount == 0)
        #expect(window.begin("a", fingerprint: [1]) == .answer([7]))
        #expect(window.counters.replayed == 1)
    }

    @Test func anotherBodyIsAConflictWhileRunningAndAfterwards() {
        var window = IdempotencyWindow()
        #expect(window.begin("a", fingerprint: [1]) == .proceed)
        #expect(window.begin("a", fingerprint: [2]) == .conflict)
        window.finished("a", at: JournalPosition(1), answer: [])
        #expect(window.begin("a", fingerprint: [2]) == .conflict)
    }

    @Test func aFailureLeavesNoTrace() {
        var window = IdempotencyWindow()
        #expect(window.begin("a", fingerprint: [1]) == .proceed)
        window.released("a")
        #expect(window.runningCount == 0)
        #expect(window.wait(for: "a") == .ended)
        #expect(window.begin("a", fingerprint: [2]) == .proceed)
    }

    @Test func waitingForWhatHasEndedBeginsAnew() {
        var window = IdempotencyWindow()
        _ = window.begin("a", fingerprint: [1])
        window.finished("a", at: JournalPosition(1), answer: [])
        #expect(window.wait(for: "a") == .ended)
        #expect(window.wait(for: "never") == .ended)
    }

    @Test func theOldestAnswersGoByPosition() {
        var window = IdempotencyWindow(limits: limits(answers: 3))
        for key in ["a", "b", "c", "d"] { _ = window.begin(key, fingerprint: [1]) }
        window.stored(through: JournalPosition(1))
        // Their commits are learnt of out of order.
        window.finished("b", at: JournalPosition(2), answer: [2])
        window.finished("d", at: JournalPosition(4), answer: [4])
        window.finished("a", at: JournalPosition(1), answer: [1])
        window.finished("c", at: JournalPosition(3), answer: [3])
        #expect(window.begin("a", fingerprint: [1]) == .proceed)
        #expect(window.begin("b", fingerprint: [1]) == .answer([2]))
        #expect(window.counters.forgotten == 1)
        #expect(window.counters.forgottenUnstored == 0)
        window.finished("a", at: JournalPosition(5), answer: [5])
        #expect(window.counters.forgottenUnstored == 1)
        #expect(window.begin("b", fingerprint: [1]) == .proceed)
    }

    @Test func boundsOfRunningAndWaitingRefuse() {
        var window = IdempotencyWindow(limits: limits(running: 2, waiting: 1))
        #expect(window.begin("a", fingerprint: []) == .proceed)
        #expect(window.begin("b", fingerprint: []) == .proceed)
        #expect(window.begin("c", fingerprint: []) == .crowded)
        #expect(window.wait(for: "a") == .queued)
        #expect(window.wait(for: "b") == .crowded)
        #expect(window.counters.refused == 2)
        window.released("a")
        #expect(window.wait(for: "b") == .queued)
        #expect(window.begin("c", fingerprint: []) == .proceed)
    }

    @Test func mostAnswersGoOnceTheStoreHasThem() {
        var limits = IdempotencyWindow.Limits()
        limits.storedAnswers = 2
        var window = IdempotencyWindow(limits: limits)
        for index in 1...6 {
            _ = window.begin("\(index)", fingerprint: [])
            window.finished("\(index)", at: JournalPosition(Int64(index)), answer: [])
        }
        window.stored(through: JournalPosition(3))
        #expect(window.answerCount == 3)
        window.stored(through: JournalPosition(2))
        #expect(window.answerCount == 3)
        window.stored(through: JournalPosition(6))
        #expect(window.answerCount == 2)
        #expect(window.counters.forgotten == 4)
        #expect(window.begin("6", fingerprint: []) == .answer([]))
        #expect(window.begin("4", fingerprint: []) == .proceed)
    }

    @Test func manyAnswersStayWithinTheLimit() {
        var window = IdempotencyWindow(limits: limits(answers: 10))
        for index in 1...1000 {
            #expect(window.begin("\(index)", fingerprint: []) == .proceed)
            window.finished("\(index)", at: JournalPosition(Int64(index)), answer: [])
            #expect(window.answerCount == min(index, 10))
        }
        for index in 991...1000 { #expect(window.begin("\(index)", fingerprint: []) == .answer([])) }
        #expect(window.begin("990", fingerprint: []) == .proceed)
    }
}
