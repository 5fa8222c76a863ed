/// Keeps histories and retained values beyond the process. It has a thread of its own; nothing here waits for it but
/// answers that say so.
package protocol HistoryKeeper: Sendable {
    /// Writes the changes of one loop, durably and all at once. `done` is called on a thread of the keeper's with
    /// whether it succeeded. A loop has one batch on its way at a time.
    ///
    /// - Parameter retained: Where the values are that the batch names.
    func write(_ batch: HistoryBatch, _ retained: RetainedValues, done: @escaping @Sendable (Bool) -> Void)
}

/// What has changed on one loop since its last batch.
package struct HistoryBatch: Sendable {
    /// A channel with new events.
    package struct Channel: Sendable {
        package let name: String
        package let epoch: String
        /// The newest offset.
        package let last: Int64
        /// See `HistoryRing.floor`.
        package let floor: Int64
        /// Events below it are gone.
        package let first: Int64
        /// What the disk doesn't have yet and nothing newer has pushed out, oldest first.
        package let events: [Message]
    }

    package var channels: [Channel] = []
    /// Channels whose history is no longer kept.
    package var forgotten: [String] = []
    /// Channels whose retained value is another now. The value itself is asked for when the batch is written: loops
    /// hand in their batches in any order, and the last to be written has to be the last that was retained.
    package var retained: Set<String> = []

    package var isEmpty: Bool { channels.isEmpty && forgotten.isEmpty && retained.isEmpty }
}

/// A channel's history as it was kept.
package struct RestoredHistory: Sendable {
    package let channel: ChannelName
    package let epoch: String
    /// The newest offset that may have been given.
    package let last: Int64
    /// See `HistoryRing.floor`.
    package let floor: Int64
    /// Oldest first.
    package let events: [Message]

    package init(channel: ChannelName, epoch: String, last: Int64, floor: Int64, events: [Message]) {
        self.channel = channel
        self.epoch = epoch
        self.last = last
        self.floor = floor
        self.events = events
    }
}

/// What a bus needs to know to keep histories.
package struct HistorySetup: Sendable {
    package let limits: HistoryLimits
    /// Nil keeps them in memory only.
    package let keeper: (any HistoryKeeper)?
    package let marks: OffsetMarks?
    package let restored: [RestoredHistory]
    /// The last values that were retained.
    package let retained: [Message]

    package init(
        limits: HistoryLimits,
        keeper: (any HistoryKeeper)? = nil,
        marks: OffsetMarks? = nil,
        restored: [RestoredHistory] = [],
        retained: [Message] = []
    ) {
        self.limits = limits
        self.keeper = keeper
        self.marks = marks
        self.restored = restored
        self.retained = retained
    }
}
