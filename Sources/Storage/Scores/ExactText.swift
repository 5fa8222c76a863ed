internal import Glibc

/// A string that equals another one only when their bytes do, as in the store.
///
/// Swift's own `==` takes `é` in one code point and in two for the same text. The database keeps two rows for them, and
/// so must whoever counts for it.
package struct ExactText: Sendable, Hashable {
    /// The text itself.
    package let string: String

    /// Wraps without copying.
    package init(_ string: String) {
        self.string = string
    }

    /// Byte for byte.
    package static func == (left: ExactText, right: ExactText) -> Bool {
        let (left, right) = (left.string.utf8Span.span, right.string.utf8Span.span)
        guard left.count == right.count else { return false }
        // One call instead of a loop over two iterators: this is what looking up a score costs most.
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                guard let left = left.baseAddress, let start = right.baseAddress else { return true }
                return unsafe memcmp(left, start, right.count) == 0
            }
        }
    }

    /// `String` hashes canonically equal texts alike, which is coarser than `==` and so allowed.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(string)
    }
}
