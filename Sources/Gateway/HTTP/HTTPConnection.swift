package import Bus
internal import HTTPTypes

/// One HTTP/1.1 connection: feeds the parser, runs one request at a time, writes its answer.
///
/// Pipelined requests wait in the parser; beyond a bound no more is read.
package final class HTTPConnection: StreamHandler {
    private struct Pending {
        let head: HTTPRequestHead
        let match: Router.Match
        let origin: String?
        var body: [UInt8] = []
    }

    private enum Phase {
        /// Between requests, or reading one.
        case reading
        /// A route works on a request.
        case responding
        /// The last answer is on its way.
        case finished
    }

    private let service: HTTPService
    private var parser: HTTPRequestParser
    private var stream: TCPStream?
    private var phase = Phase.reading
    private var pending: Pending?
    private var reserved = 0
    private var isDraining = false
    private var peerHasEnded = false
    /// Loop time at which the time-out of what is going on began; nil until the first tick sees it.
    private var since: UInt64?
    private var wasIdle = true

    /// Pipelined bytes that may wait while a request runs.
    private static let pipelineBound = 64 << 10

    package init(_ service: HTTPService) {
        self.service = service
        parser = HTTPRequestParser(limits: service.limits)
    }

    package func opened(_ stream: TCPStream, on shard: isolated Shard) { self.stream = stream }

    package func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        guard phase.isOpen else { return }
        parser.append(bytes)
        advance(on: shard)
        if case .responding = phase, parser.bufferedBytes > HTTPConnection.pipelineBound { stream?.pauseReading() }
    }

    /// Takes events from the parser until a request runs or input is missing.
    private func advance(on shard: isolated Shard) {
        while case .reading = phase {
            do throws(HTTPParseError) {
                guard let event = try parser.next() else { return finishIfOver() }
                switch event {
                case .head(let head): begin(head, on: shard)
                case .body(let piece): take(piece)
                case .end: run(on: shard)
                }
            } catch {
                refuse(RESTResponse(GatewayError(error.status, error.message)), origin: nil)
            }
        }
    }

    /// The input is used up: a peer that has sent its FIN will not send the rest.
    private func finishIfOver() {
        if peerHasEnded || (isDraining && parser.isIdle) { finish() }
    }

    private func begin(_ head: HTTPRequestHead, on shard: isolated Shard) {
        var origin: String?
        do throws(GatewayError) {
            origin = try allowedOrigin(of: head)
            if let upgrade = service.upgrade, head.wantsWebSocketUpgrade {
                return perform(upgrade(head, shard), head: head, origin: origin, on: shard)
            }
            if let origin, isPreflight(head) {
                return answerPreflight(head, origin: origin)
            }
            let match = try service.router.match(head.method, path: head.path)
            parser.setBodyLimit(match.route.bodyLimit)
            pending = Pending(head: head, match: match, origin: origin)
            if head.expectsContinue && parser.bufferedBytes == 0 { stream?.append(HTTPResponseEncoder.continue100) }
        } catch {
            // The body of a refused request is not worth reading; without one the connection can go on.
            let goesOn = head.framing == .none && head.keepAlive && !head.wantsWebSocketUpgrade
            write(RESTResponse(error), context: HTTPResponseContext(head, mayKeepAlive: goesOn), origin: origin)
            if goesOn { ignoreEnd() } else { finish() }
        }
    }

    private func allowedOrigin(of head: HTTPRequestHead) throws(GatewayError) -> String? {
        switch service.hostPolicy.decide(authority: head.authority, origin: head.fields[.origin]) {
        case .allowed(let origin): return origin
        case .refusedHost:
            throw GatewayError(.init(code: 421, reasonPhrase: "Misdirected Request"), "This server does not answer for that Host")
        case .refusedOrigin: throw GatewayError(.forbidden, "Pages of that Origin are not served here")
        }
    }

    private func isPreflight(_ head: HTTPRequestHead) -> Bool {
        head.method == .options && head.fields[.accessControlRequestMethod] != nil
    }

    private func answerPreflight(_ head: HTTPRequestHead, origin: String) {
        let fields = CrossOriginFields.preflight(
            to: origin, requestedHeaders: head.fields[.accessControlRequestHeaders])
        let goesOn = head.framing == .none && head.keepAlive
        write(RESTResponse(.noContent, fields: fields), context: HTTPResponseContext(head, mayKeepAlive: goesOn), origin: nil)
        if goesOn { ignoreEnd() } else { finish() }
    }

    /// A request without a body that was answered at its head: its end comes next.
    private func ignoreEnd() { _ = try? parser.next() }

    private func perform(
        _ answer: HTTPService.UpgradeAnswer, head: HTTPRequestHead, origin: String?, on shard: isolated Shard
    ) {
        switch answer {
        case .refuse(let response):
            write(response, context: HTTPResponseContext(head, mayKeepAlive: false), origin: origin)
            finish()
        case .accept(let response, let handler):
            guard let stream else { return }
            ignoreEnd()
            phase = .finished
            self.stream = nil
            service.count(.switchingProtocols)
            stream.append(response)
            stream.setHandler(handler)
            handler.opened(stream, on: shard)
            let rest = parser.takeRemainder()
            if !rest.isEmpty { handler.received(rest.span, on: shard) }
        }
    }

    private func take(_ piece: [UInt8]) {
        guard service.reserve(piece.count) else {
            return refuse(RESTResponse(.unavailable("Too many large requests at once")), origin: pending?.origin)
        }
        reserved += piece.count
        pending?.body.append(contentsOf: piece)
    }

    private func run(on shard: isolated Shard) {
        guard let request = pending else { return }
        pending = nil
        phase = .responding
        since = nil
        Task {
            let response: RESTResponse
            do throws(GatewayError) {
                response = try await request.match.route.action(request.match.request(request.head, body: request.body))
            } catch {
                response = RESTResponse(error)
            }
            respond(response, to: request.head, origin: request.origin, on: shard)
        }
    }

    private func respond(
        _ response: RESTResponse, to head: HTTPRequestHead, origin: String?, on shard: isolated Shard
    ) {
        service.release(reserved)
        reserved = 0
        guard case .responding = phase else { return }
        let context = HTTPResponseContext(head, mayKeepAlive: !isDraining)
        write(response, context: context, origin: origin)
        guard context.keepAlive else { return finish() }
        phase = .reading
        since = nil
        stream?.resumeReading()
        advance(on: shard)
    }

    private func write(_ response: RESTResponse, context: HTTPResponseContext, origin: String?) {
        service.count(response.status)
        var fields = response.fields
        if let origin { fields.append(contentsOf: CrossOriginFields.answer(to: origin)) }
        let date = service.currentDate()
        stream?.append { output in
            do throws(HTTPEncodeError) {
                if response.body.isEmpty || fields[.contentType] != nil {
                    try HTTPResponseEncoder.encode(
                        HTTPResponseHead(status: response.status, fields: fields), body: response.body,
                        context: context, date: date, into: &output)
                } else {
                    try HTTPResponseEncoder.encodeJSON(
                        response.status, body: response.body, fields: fields, context: context, date: date,
                        into: &output)
                }
            } catch {
                service.logger.error("an answer could not be written", metadata: ["field": "\(error.field)"])
            }
        }
    }

    /// Answers and closes: what follows on this connection can't be trusted or isn't wanted.
    private func refuse(_ response: RESTResponse, origin: String?) {
        write(response, context: .closing, origin: origin)
        finish()
    }

    private func finish() {
        phase = .finished
        pending = nil
        service.release(reserved)
        reserved = 0
        stream?.finish()
    }

    // MARK: - Time and end

    package func tick(now: UInt64, on shard: isolated Shard) {
        guard case .reading = phase else { return }
        let isIdle = parser.isIdle && pending == nil
        if since == nil || isIdle != wasIdle {
            since = now
            wasIdle = isIdle
        }
        let elapsed = now - (since ?? now)
        if isIdle {
            if elapsed >= service.timeOuts.idle { finish() }
        } else if elapsed >= service.timeOuts.request {
            refuse(RESTResponse(GatewayError(.requestTimeout, "The request took too long to arrive")), origin: nil)
        }
    }

    package func peerEnded(on shard: isolated Shard) {
        peerHasEnded = true
        if case .reading = phase { finishIfOver() }
    }

    /// A client that doesn't read its answers has no claim to an error.
    package func overflowed(on shard: isolated Shard) { stream?.close() }

    package func drain(on shard: isolated Shard) {
        isDraining = true
        if case .reading = phase, parser.isIdle, pending == nil { finish() }
    }

    package func closed(on shard: isolated Shard) {
        phase = .finished
        service.release(reserved)
        reserved = 0
        stream = nil
    }
}

extension HTTPConnection.Phase {
    fileprivate var isOpen: Bool {
        if case .finished = self { return false }
        return true
    }
}
