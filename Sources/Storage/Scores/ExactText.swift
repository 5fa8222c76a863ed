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
        // Equal bytes are equal texts, and the other way round as well in ASCII, where this comparison is fastest.
        guard left.string == right.string else { return false }
        if left.string.utf8Span.isKnownASCII, right.string.utf8Span.isKnownASCII { return true }
        return left.string.utf8.elementsEqual(right.string.utf8)
    }

    /// In the order of bytes, which is that of the indexes; Swift's own order takes some texts for equal that aren't.
    func precedes(_ other: ExactText) -> Bool {
        // The order of ASCII texts is that of their bytes, and the standard library compares them in one go.
        if string.utf8Span.isKnownASCII, other.string.utf8Span.isKnownASCII { return string < other.string }
        return string.utf8.lexicographicallyPrecedes(other.string.utf8)
    }

    /// `String` hashes canonically equal texts alike, which is coarser than `==` and so allowed.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(string)
    }
}
