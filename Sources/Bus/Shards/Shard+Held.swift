/// Subscribers that the shard keeps alive, each under a number by which other parts name it.
extension Shard {
    /// Keeps a subscriber alive and lets others name it; `release` or `letGo` takes the key.
    package func hold(_ subscriber: Subscriber) -> Int {
        let key = newKey()
        held[key] = subscriber
        return key
    }

    /// A number that nothing else on this loop has.
    func newKey() -> Int {
        nextKey += 1
        return nextKey
    }

    /// Lets go of a subscriber and of what it listened to.
    func release(_ key: Int) {
        guard let subscriber = held.removeValue(forKey: key) else { return }
        remove(subscriber)
    }

    /// Forgets a subscriber that was kept; what it listens to stays.
    package func letGo(_ key: Int) { held[key] = nil }

    /// Gives a message to one subscriber that is kept, behind what it is to get already; to nobody if it is gone.
    package func deliver(_ message: Message, toHeld key: Int) {
        guard let subscriber = held[key] else { return }
        endBurst()
        counters.delivered += 1
        switch subscriber.delivery {
        case .wire(let stream): append(message.wire, to: stream)
        case .sink(let sink): sink.deliver(message, on: self)
        }
    }

    /// Bytes that wait in the output of a subscriber that is kept.
    package func bufferedBytes(ofHeld key: Int) -> Int {
        switch held[key]?.delivery {
        case .wire(let stream): stream.buffered
        case .sink(let sink): sink.bufferedBytes
        case nil: 0
        }
    }
}
