internal import Glibc

/// Counts the writes of other processes that a read lock on a database with a rollback journal has refused.
///
/// Such a writer makes its journal, is refused when it commits, and takes the journal away again. As long as the read
/// lock is held nobody can commit, so each journal that goes in that time is the end of a write that was refused; the
/// kernel tells of it (inotify). It is a lower bound: a writer that met the lock of another writer, or had not ended
/// when the read lock was given back, leaves nothing to be seen, and one with `journal_mode` other than `DELETE`
/// doesn't take its journal away.
final class RefusedWrites {
    /// Negative when the kernel has no room for another one: then nothing is seen.
    private let descriptor: Int32
    private let journal: [UInt8]

    /// Begins to look at the folder of a database.
    init(of path: String) {
        // A journal is beside the file itself, wherever a link to it is.
        let file = RefusedWrites.resolved(path)
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) + "/" } ?? "."
        let name = file.split(separator: "/").last.map(String.init) ?? file
        journal = Array("\(name)-journal".utf8)
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        // What comes twice in a row the kernel tells once: with what makes the journal in between each end is told.
        _ = unsafe inotify_add_watch(descriptor, folder, UInt32(IN_CREATE | IN_DELETE))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func resolved(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// How many there were since the last call; from the first one on, since the watching began. Called right behind
    /// the taking of the lock it passes over what was committed before, called before the lock is given back it counts.
    func next() -> Int {
        var count = 0
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let length = unsafe read(descriptor, &bytes, bytes.count)
            guard length > 0 else { return count }
            count += RefusedWrites.events(in: bytes[..<length]).count { $0 == journal }
        }
    }

    /// The names of the files that went: `struct inotify_event` with its name behind it, one after the other
    /// (inotify(7)).
    static func events(in bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        let head = 16
        var names: [[UInt8]] = []
        var rest = bytes
        while rest.count >= head {
            let (mask, length) = (word(1, of: rest), word(3, of: rest))
            if mask & UInt32(IN_DELETE) != 0 {
                names.append(Array(rest.dropFirst(head).prefix(Int(length)).prefix { $0 != 0 }))
            }
            rest = rest.dropFirst(head + Int(length))
        }
        return names
    }

    /// One of the four words of an event's head, of the machine's order, which is little-endian on all that this runs on.
    private static func word(_ index: Int, of event: ArraySlice<UInt8>) -> UInt32 {
        event.dropFirst(4 * index).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
