internal import CUV

/// Why something in the bus failed.
package struct BusError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What kind of failure it is; stable, for decisions in code.
    package enum Code: String, Sendable {
        /// Another process listens on that address already.
        case addressInUse
        /// The address is not one of this machine, or may not be bound.
        case addressUnavailable
        /// libuv or the operating system refused.
        case system
        /// A channel name or pattern that the grammar does not allow.
        case invalidChannel
        /// The bus, loop or agent is shutting down.
        case closed
        /// A bounded queue is full and its policy is to refuse.
        case full
    }

    package let code: Code
    /// One sentence for people.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The failure of a libuv call; `status` is its negative return value.
    init(uv status: Int32, doing what: String) {
        let code: Code =
            switch status {
            case UV_EADDRINUSE.rawValue: .addressInUse
            case UV_EADDRNOTAVAIL.rawValue, UV_EACCES.rawValue: .addressUnavailable
            default: .system
            }
        self.init(code, "\(what): \(unsafe String(cString: uv_strerror(status)))")
    }

    /// The failure of a system call; `number` is its `errno`.
    init(errno number: Int32, doing what: String) {
        self.init(uv: -number, doing: what)
    }

    package var description: String { message }
}
