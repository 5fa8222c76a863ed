extension Shard {
    // MARK: - The member's loop

    /// Makes `sink` a member of a queue group; `then` is called, later if another loop owns the group, when whatever is
    /// published from then on reaches the group, or with false if there are too many groups or members.
    package func join(
        _ name: QueueName,
        _ sink: any MessageSink,
        acknowledges: Bool,
        then: @escaping (Bool) -> Void
    ) -> QueueMembership {
        let member = QueueMember(shard: index, key: newKey())
        let membership = QueueMembership(name: name, owner: owner(of: name), member: member)
        queues.members[member.key] = sink
        guard membership.owner != index else {
            let handovers = admit(membership, acknowledges: acknowledges)
            if handovers == nil { queues.members[member.key] = nil }
            then(handovers != nil)
            handOut(handovers ?? [])
            return membership
        }
        let key = park { outcome in
            guard case .joined(let joined) = outcome else { return }
            if !joined { self.queues.members[member.key] = nil }
            then(joined)
        }
        crossing(to: membership.owner)?.append(
            .work { owner in
                let handovers = owner.admit(membership, acknowledges: acknowledges)
                owner.answer(DurableAnswer(shard: member.shard, key: key), .joined(handovers != nil))
                owner.handOut(handovers ?? [])
            }
        )
        return membership
    }

    /// Ends a membership; `isLost` if its connection is gone, so that the group waits for it to come back.
    package func leave(_ membership: QueueMembership, isLost: Bool) {
        queues.members[membership.member.key] = nil
        onLoop(membership.owner) { $0.dismiss(membership, isLost: isLost) }
    }

    /// A member is done with a message.
    package func acknowledge(_ id: String, _ membership: QueueMembership) {
        onLoop(membership.owner) { owner in
            guard let sink = owner.queues.groups[membership.name] else { return }
            owner.handOut(sink.group.acknowledge(id, by: membership.member))
        }
    }

    /// A message for a member of this loop. One that has just left gives it back by leaving.
    func handed(_ message: Message, member key: Int) {
        guard let sink = queues.members[key] else { return }
        endBurst()
        sink.deliver(message, on: self)
    }

    // MARK: - The group's loop

    private func owner(of name: QueueName) -> Int {
        loopCount == 1 ? 0 : Int(UInt(bitPattern: name.hashValue) % UInt(loopCount))
    }

    /// Takes a member in; returns what it gets at once, nil if there is no room for it.
    private func admit(
        _ membership: QueueMembership,
        acknowledges: Bool
    ) -> [QueueGroup<QueueMember, Message>.Handover]? {
        let sink: QueueSink
        if let existing = queues.groups[membership.name] {
            guard existing.group.memberCount < QueueTable.mostMembers else { return nil }
            sink = existing
        } else {
            guard queues.groups.count < QueueTable.mostGroups else { return nil }
            sink = QueueSink(membership.name)
            queues.groups[membership.name] = sink
            subscribe(sink.begin(), to: membership.name.pattern)
        }
        sink.bereftSince = nil
        return sink.group.join(membership.member, acknowledges: acknowledges)
    }

    private func dismiss(_ membership: QueueMembership, isLost: Bool) {
        guard let sink = queues.groups[membership.name] else { return }
        // What was published before goes to the group first.
        endBurst()
        handOut(sink.group.leave(membership.member, isLost: isLost))
        if sink.group.isOver {
            end(sink)
        } else if sink.group.isBereft {
            sink.bereftSince = loop.nowMilliseconds
        }
    }

    private func end(_ sink: QueueSink) {
        if let subscriber = sink.subscriber { remove(subscriber) }
        sink.end()
        queues.groups[sink.name] = nil
        queues.droppedCount += sink.group.droppedCount
    }

    /// Ends the groups to which nobody has come back.
    func sweepQueues(now: UInt64) {
        for sink in queues.groups.values {
            guard let since = sink.bereftSince, now - since >= QueueTable.bereftMilliseconds else { continue }
            sink.group.giveUp()
            end(sink)
        }
    }

    func handOut(_ handovers: [QueueGroup<QueueMember, Message>.Handover]) {
        for handover in handovers {
            if handover.member.shard == index {
                queues.members[handover.member.key]?.deliver(handover.element, on: self)
            } else {
                crossing(to: handover.member.shard)?.append(
                    .handed(handover.element, member: handover.member.key)
                )
            }
        }
    }
}
