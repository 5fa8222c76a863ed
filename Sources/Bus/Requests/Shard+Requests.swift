extension Shard {
    /// Requests that one loop may have open.
    static let mostRequests = 10_000

    /// Publishes a message that asks for a reply, if anybody but `asker` listens to its channel. `then` is called once,
    /// on this loop, with what became of it.
    ///
    /// - Parameter make: Makes the message that goes out under a request's id.
    /// - Returns: The id, with which `cancelRequest` ends the wait.
    package func request(
        on channel: ChannelName,
        asker: Subscriber?,
        milliseconds: UInt64,
        make: (_ replyTo: String) -> Message,
        then: @escaping (RequestOutcome) -> Void
    ) -> String? {
        let id = RequestID.make(shard: index)
        let message = make(id)
        guard !isDraining, requests.open(id, then, deadline: loop.nowMilliseconds + milliseconds) else {
            then(.refused)
            return nil
        }
        scheduleRequests()
        if table.members(for: channel).contains(where: { $0 !== asker }) {
            publish(message)
        } else {
            askOthers(for: message, id)
        }
        return id
    }

    /// Nobody waits for the reply any more.
    package func cancelRequest(_ id: String) { _ = requests.close(id) }

    /// Takes a reply to where it is waited for; `then` hears whether somebody was.
    package func reply(
        to id: String,
        _ reply: Reply,
        then: @escaping (Bool) -> Void
    ) {
        guard let target = RequestID.shard(of: id), (0..<loopCount).contains(target) else { return then(false) }
        guard target != index else { return then(finishRequest(id, .reply(reply))) }
        let home = index
        let key = park { outcome in
            if case .replied(let wasOpen) = outcome { then(wasOpen) }
        }
        crossing(to: target)?.append(
            .work { shard in
                let wasOpen = shard.finishRequest(id, .reply(reply))
                shard.answer(DurableAnswer(shard: home, key: key), .replied(wasOpen))
            }
        )
    }

    private func finishRequest(_ id: String, _ outcome: RequestOutcome) -> Bool {
        guard let then = requests.close(id) else { return false }
        then(outcome)
        return true
    }

    /// Only the other loops know whether somebody listens there.
    private func askOthers(for message: Message, _ id: String) {
        guard loopCount > 1 else {
            _ = finishRequest(id, .noResponders)
            return
        }
        let channel = message.channel
        let home = index
        var unanswered = loopCount - 1
        var isPublished = false
        let key = parkForMany { outcome in
            guard case .responders(let isHeard) = outcome else { return true }
            unanswered -= 1
            if isHeard, !isPublished {
                isPublished = true
                self.publish(message)
            } else if unanswered == 0, !isPublished {
                _ = self.finishRequest(id, .noResponders)
            }
            return unanswered == 0
        }
        for target in 0..<loopCount where target != index {
            crossing(to: target)?.append(
                .work { shard in
                    let isHeard = shard.table.hasMembers(for: channel)
                    shard.answer(DurableAnswer(shard: home, key: key), .responders(isHeard))
                }
            )
        }
    }

    private func scheduleRequests() {
        guard let next = requests.nextDeadline else { return }
        let now = loop.nowMilliseconds
        requestTimer?.schedule(after: next > now ? next - now : 0)
    }

    func expireRequests() {
        for then in requests.expire(at: loop.nowMilliseconds) { then(.timedOut) }
        scheduleRequests()
    }
}
