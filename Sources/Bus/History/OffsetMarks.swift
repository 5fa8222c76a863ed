internal import Glibc

/// The newest offset of each channel in a file that is mapped into memory.
///
/// A plain store into the page survives the end of the process in any way, at the price of a store: the kernel has the
/// page. After a power failure its content is not believed; the id of the boot tells. So after `kill -9` it is known
/// exactly whether events were lost that the disk had not got yet, and no offset is ever given twice.
@safe
package final class OffsetMarks: Sendable {
    /// What an earlier process left.
    package struct Previous: Sendable {
        /// Newest offsets by key.
        package let offsets: [UInt64: Int64]
        /// False after a power failure or a restart of the machine without a clean end: then the offsets may be old.
        package let isTrustworthy: Bool

        package init(offsets: [UInt64: Int64], isTrustworthy: Bool) {
            self.offsets = offsets
            self.isTrustworthy = isTrustworthy
        }
    }

    /// One channel's place. It belongs to the channel's loop.
    @safe
    package struct Slot {
        private let marks: OffsetMarks
        let number: Int

        init(_ marks: OffsetMarks, _ number: Int) {
            self.marks = marks
            self.number = number
        }

        /// Names the channel; a key of 0 makes the slot free.
        func note(_ key: UInt64, _ offset: Int64) {
            unsafe marks.words[OffsetMarks.headWords + 2 * number] = key
            note(offset)
        }

        /// On the path of every publish on such a channel.
        func note(_ offset: Int64) {
            unsafe marks.words[OffsetMarks.headWords + 2 * number + 1] = UInt64(bitPattern: offset)
        }
    }

    /// Words of the head: magic, clean, then the id of the boot.
    private static let headWords = 16
    private static let bootWord = 2
    private static let magic: UInt64 = 0x3153_4B52_414D_4344
    private static let bootPath = "/proc/sys/kernel/random/boot_id"

    /// Slots.
    package let capacity: Int
    private let path: String?
    /// Each slot is written by one loop, the head before and after all loops.
    nonisolated(unsafe) private let words: UnsafeMutablePointer<UInt64>
    private var byteCount: Int { (OffsetMarks.headWords + 2 * capacity) * 8 }

    /// A new file beside the one at `path`, which `replace` puts in its place. Where there is no room for it, the marks
    /// are in memory only: after `kill -9` clients are then told that something may be missing.
    package init(path: String, capacity: Int) {
        self.capacity = capacity
        let byteCount = (OffsetMarks.headWords + 2 * capacity) * 8
        if let memory = unsafe OffsetMarks.map(path + ".new", byteCount: byteCount) {
            self.path = path
            unsafe words = memory
        } else {
            self.path = nil
            unsafe words = UnsafeMutablePointer<UInt64>.allocate(capacity: byteCount / 8)
            unsafe words.initialize(repeating: 0, count: byteCount / 8)
        }
        unsafe words[0] = OffsetMarks.magic
        for (index, word) in OffsetMarks.bootID().enumerated() { unsafe words[OffsetMarks.bootWord + index] = word }
    }

    deinit {
        if path == nil {
            unsafe words.deallocate()
        } else {
            unsafe _ = munmap(words, byteCount)
        }
    }

    /// The room is taken before anything is written: a page of a full disk would end the process with SIGBUS.
    private static func map(_ path: String, byteCount: Int) -> UnsafeMutablePointer<UInt64>? {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard posix_fallocate(descriptor, 0, byteCount) == 0,
            let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
            unsafe memory != MAP_FAILED
        else {
            unsafe unlink(path)
            return nil
        }
        return unsafe memory.bindMemory(to: UInt64.self, capacity: byteCount / 8)
    }

    /// From now on this file counts: call it when all known channels have their marks.
    package func replace() {
        guard let path else { return }
        _ = unsafe rename(path + ".new", path)
    }

    /// The disk has everything: whatever happens to the machine from now on, nothing is missing.
    package func noteCleanEnd() {
        unsafe words[1] = 1
        guard path != nil else { return }
        unsafe _ = msync(words, byteCount, MS_SYNC)
    }

    /// The slot of that number.
    func slot(_ number: Int) -> Slot { Slot(self, number) }

    /// The name of a channel's count in the file (FNV-1a, 64 bits, never 0).
    package static func key(channel: String, epoch: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in [Array(channel.utf8), [0], Array(epoch.utf8)].joined() {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return hash == 0 ? 1 : hash
    }

    /// What the file of an earlier process says; nil if there is none that makes sense.
    package static func read(_ path: String) -> Previous? {
        guard let bytes = contents(path), bytes.count >= headWords * 8, bytes.count % 16 == 0 else { return nil }
        func word(_ index: Int) -> UInt64 {
            bytes[index * 8..<index * 8 + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        guard word(0) == magic else { return nil }
        var offsets: [UInt64: Int64] = [:]
        for index in stride(from: headWords, to: bytes.count / 8, by: 2) where word(index) != 0 {
            offsets[word(index)] = Int64(bitPattern: word(index + 1))
        }
        let isSameBoot = bootID().enumerated().allSatisfy { word(bootWord + $0.offset) == $0.element }
        return Previous(offsets: offsets, isTrustworthy: word(1) == 1 || isSameBoot)
    }

    private static func bootID() -> [UInt64] {
        let text = Array((contents(bootPath) ?? []).prefix(40))
        return stride(from: 0, to: text.count, by: 8).map { start in
            text[start..<min(start + 8, text.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func contents(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += chunk[..<count]
        }
    }
}
