internal import CUV
internal import Glibc

/// Asks the system for the addresses of a host name.
///
/// The system's resolver blocks, so libuv runs it on one of its worker threads. A question that the resolver has begun
/// can't be taken back: `cancel` only keeps the answer away from whoever asked, and a loop that is told to stop ends
/// when the resolver has given up.
@safe
package final class NameLookup {
    private let request: UnsafeMutablePointer<uv_getaddrinfo_t>
    private var found: ((Result<[String], BusError>) -> Void)?

    /// Calls `found` on the loop, once, with the addresses in the order in which they are to be tried. Make it on the
    /// loop's thread.
    package init(
        _ name: String,
        on loop: EventLoop,
        found: @escaping (Result<[String], BusError>) -> Void
    ) throws(BusError) {
        loop.checkIsolated()
        self.found = found
        unsafe request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        // One answer per address and not one per kind of socket.
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // libuv holds it until the callback.
        unsafe request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = unsafe uv_getaddrinfo(
            loop.uv,
            request,
            { request, status, addresses in
                guard let data = unsafe request?.pointee.data else { return }
                let lookup = unsafe Unmanaged<NameLookup>.fromOpaque(data).takeRetainedValue()
                let names = unsafe NameLookup.names(addresses)
                unsafe uv_freeaddrinfo(addresses)
                lookup.answer(status: status, names)
            },
            name,
            nil,
            &hints
        )
        guard status == 0 else {
            unsafe Unmanaged.passUnretained(self).release()
            throw BusError(uv: status, doing: "cannot look up \(name)")
        }
    }

    deinit { unsafe request.deallocate() }

    /// `found` is not called any more.
    package func cancel() {
        found = nil
        unsafe UnsafeMutableRawPointer(request).withMemoryRebound(to: uv_req_t.self, capacity: 1) { request in
            // Succeeds only while no worker has taken it; the callback comes in either case.
            _ = unsafe uv_cancel(request)
        }
    }

    private func answer(status: Int32, _ names: [String]) {
        let found = self.found
        self.found = nil
        if status == 0 {
            found?(.success(names))
        } else {
            found?(.failure(BusError(uv: status, doing: "the name is not known")))
        }
    }

    private static func names(_ first: UnsafeMutablePointer<addrinfo>?) -> [String] {
        var names: [String] = []
        var next = unsafe first
        while let address = unsafe next {
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let status = unsafe getnameinfo(
                address.pointee.ai_addr,
                address.pointee.ai_addrlen,
                &buffer,
                socklen_t(buffer.count),
                nil,
                0,
                NI_NUMERICHOST
            )
            if status == 0 {
                let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                names.append(String(decoding: text, as: UTF8.self))
            }
            unsafe next = address.pointee.ai_next
        }
        return names
    }
}
