package import Bus
internal import HTTPTypes
internal import Logging

/// One HTTP/1.1 connection: feeds the parser, runs one request at a time, writes its answer.
///
/// Pipelined requests wait in the parser; beyond a bound no more is read.
package final class HTTPConnection: StreamHandler {
    /// A class: a head has a dozen references, which each copy would count.
    private final class Pending {
        let head: HTTPRequestHead
        let match: Router.Match
        let origin: String?
        var body: [UInt8] = []

        init(head: HTTPRequestHead, match: Router.Match, origin: String?) {
            self.head = head
            self.match = match
            self.origin = origin
        }
    }

    private let service: HTTPService
    private var parser: HTTPRequestParser
    private var stream: TCPStream?
    private var state = HTTPConnectionState()
    private var pending: Pending?
    private var reserved = 0
    private var inputIsPaused = false
    /// The last authority that was let in: a client names the same one in each request.
    private var servedAuthority: String?
    /// The time-out that the last tick saw, and the loop's time when it first did.
    private var timer: (kind: HTTPConnectionState.Timer, since: UInt64)?

    /// Pipelined bytes that may wait while a request runs.
    private static let pipelineBound = 64 << 10

    package init(_ service: HTTPService) {
        self.service = service
        parser = HTTPRequestParser(limits: service.limits)
    }

    package func opened(_ stream: TCPStream, on shard: isolated Shard) { self.stream = stream }

    package func received(_ bytes: Span<UInt8>, on shard: isolated Shard) {
        parser.append(bytes)
        advance(on: shard)
        if !mayAdvance, parser.bufferedBytes > HTTPConnection.pipelineBound {
            inputIsPaused = true
            stream?.pauseReading()
        }
    }

    /// False while a request runs, and while answers wait for a peer that doesn't read them: it may ask for more when
    /// it has taken those.
    private var mayAdvance: Bool { state.mayParse && stream?.isCongested != true }

    /// Takes events from the parser until a request runs or input is missing.
    private func advance(on shard: isolated Shard) {
        while mayAdvance {
            do throws(HTTPParseError) {
                guard let event = try parser.next() else {
                    if !parser.isIdle { state.headBegan() }
                    return perform(state.inputUsedUp())
                }
                switch event {
                case .head(let head): begin(head, on: shard)
                case .body(let piece): take(piece)
                case .end: run(on: shard)
                }
            } catch {
                refuse(RESTResponse(GatewayError(error.status, error.message)))
            }
        }
    }

    private func begin(_ head: HTTPRequestHead, on shard: isolated Shard) {
        state.headReceived()
        var origin: String?
        do throws(GatewayError) {
            origin = try allowedOrigin(of: head)
            if let upgrade = service.upgrade, head.wantsWebSocketUpgrade {
                return perform(upgrade(head, shard), head: head, origin: origin, on: shard)
            }
            if let origin, isPreflight(head) {
                let fields = CrossOriginFields.preflight(
                    to: origin,
                    requestedHeaders: head.fields[.accessControlRequestHeaders]
                )
                return answer(RESTResponse(.noContent, fields: fields), to: head, origin: nil)
            }
            try service.gate?.check(head)
            let match = try service.router.match(head.method, path: head.path)
            parser.setBodyLimit(match.route.bodyLimit)
            pending = Pending(head: head, match: match, origin: origin)
            if head.expectsContinue, head.fits(match.route.bodyLimit), parser.bufferedBytes == 0 {
                stream?.append(HTTPResponseEncoder.continue100)
            }
        } catch {
            answer(RESTResponse(error), to: head, origin: origin)
        }
    }

    /// Answers at the head. The body of such a request is not worth reading; without one the connection can go on.
    private func answer(_ response: RESTResponse, to head: HTTPRequestHead, origin: String?) {
        if head.framing == .none, (try? parser.next()) == .end { state.requestEnded() }
        finishAnswer(response, context: HTTPResponseContext(head, mayKeepAlive: state.mayKeepAlive), origin: origin)
    }

    private func allowedOrigin(of head: HTTPRequestHead) throws(GatewayError) -> String? {
        let origin = head.fields[.origin]
        if origin == nil, head.authority == servedAuthority { return nil }
        switch service.hostPolicy.decide(authority: head.authority, origin: origin, local: stream?.localHost) {
        case .allowed(let origin):
            servedAuthority = head.authority
            return origin
        case .refusedHost:
            throw GatewayError(
                .init(code: 421, reasonPhrase: "Misdirected Request"),
                "This server does not answer for that Host"
            )
        case .refusedOrigin: throw GatewayError(.forbidden, "Pages of that Origin are not served here")
        }
    }

    private func isPreflight(_ head: HTTPRequestHead) -> Bool {
        head.method == .options && head.fields[.accessControlRequestMethod] != nil
    }

    private func perform(
        _ answer: HTTPService.UpgradeAnswer,
        head: HTTPRequestHead,
        origin: String?,
        on shard: isolated Shard
    ) {
        switch answer {
        case .refuse(let response): self.answer(response, to: head, origin: origin)
        case .accept(let response, let handler):
            guard let stream else { return }
            // The end of the request, which has no body: what follows belongs to the new protocol.
            _ = try? parser.next()
            state.ended()
            self.stream = nil
            service.answers.count(.switchingProtocols)
            stream.append(response)
            stream.setHandler(handler)
            handler.opened(stream, on: shard)
            let rest = parser.takeRemainder()
            if !rest.isEmpty { handler.received(rest.span, on: shard) }
        }
    }

    private func take(_ piece: [UInt8]) {
        guard service.reserve(piece.count) else {
            return refuse(RESTResponse(.unavailable("Too many large requests at once")))
        }
        reserved += piece.count
        // Nearly every body comes in one piece, which then needs no second copy.
        if pending?.body.isEmpty == true { pending?.body = piece } else { pending?.body.append(contentsOf: piece) }
    }

    private func run(on shard: isolated Shard) {
        guard let whole = pending else { return }
        pending = nil
        state.requestEnded()
        // The connection is part of the shard's state and the task enters the shard at once. It prefers the loop,
        // because a continuation would else resume on the global executor first, a thread switch for each wait.
        nonisolated(unsafe) let (connection, request) = (self, whole)
        service.running.began()
        Task(executorPreference: shard.taskExecutor) { [service] in
            unsafe await connection.answer(request, on: shard)
            service.running.ended()
        }
    }

    private func answer(_ request: Pending, on shard: isolated Shard) async {
        let response: RESTResponse
        do throws(GatewayError) {
            response = try await request.match.route.action(request.match.request(request.head, body: request.body))
        } catch {
            response = RESTResponse(error)
        }
        guard stream != nil else { return }
        finishAnswer(
            response,
            context: HTTPResponseContext(request.head, mayKeepAlive: state.mayKeepAlive),
            origin: request.origin
        )
        goOn(on: shard)
    }

    private func goOn(on shard: isolated Shard) {
        advance(on: shard)
        if inputIsPaused && mayAdvance {
            inputIsPaused = false
            stream?.resumeReading()
        }
    }

    package func outputDrained(on shard: isolated Shard) { goOn(on: shard) }

    /// Writes an answer and does what follows from it.
    private func finishAnswer(_ response: RESTResponse, context: HTTPResponseContext, origin: String?) {
        releaseBody()
        // Whatever waits now, a request or its absence, has just begun.
        timer = nil
        write(response, context: context, origin: origin)
        if state.answered(keepAlive: context.keepAlive) == .close { stream?.finish() }
    }

    private func releaseBody() {
        service.release(reserved)
        reserved = 0
    }

    private func write(_ response: RESTResponse, context: HTTPResponseContext, origin: String?) {
        service.answers.count(response.status)
        var fields = response.fields
        if let origin { fields.append(contentsOf: CrossOriginFields.answer(to: origin)) }
        let date = service.currentDate()
        let verdict = stream?.append { output in
            do throws(HTTPEncodeError) {
                if response.body.isEmpty || fields[.contentType] != nil {
                    try HTTPResponseEncoder.encode(
                        HTTPResponseHead(status: response.status, fields: fields),
                        body: response.body,
                        context: context,
                        date: date,
                        into: &output
                    )
                } else {
                    try HTTPResponseEncoder.encodeJSON(
                        response.status,
                        body: response.body,
                        fields: fields,
                        context: context,
                        date: date,
                        into: &output
                    )
                }
            } catch {
                service.logger.error("an answer could not be written", metadata: ["field": "\(error.field)"])
            }
        }
        if verdict == .overflowed { stream?.closeAsSlowConsumer() }
    }

    /// Answers and closes: what follows on this connection can't be trusted or isn't wanted.
    private func refuse(_ response: RESTResponse) {
        pending = nil
        releaseBody()
        state.ended()
        write(response, context: .closing, origin: nil)
        stream?.finish()
    }

    // MARK: - Time and end

    private func perform(_ closing: HTTPConnectionState.Closing) {
        switch closing {
        case .none: break
        case .close: stream?.finish()
        case .answerTimeout: refuse(RESTResponse(GatewayError(.requestTimeout, "The request took too long to arrive")))
        }
    }

    package func tick(now: UInt64, on shard: isolated Shard) {
        guard let kind = state.timer else {
            timer = nil
            return
        }
        guard let timer, (timer.kind == .keepAlive) == (kind == .keepAlive) else {
            self.timer = (kind, now)
            return
        }
        let limit = kind == .keepAlive ? service.timeOuts.idle : service.timeOuts.request
        if now - timer.since >= limit { perform(state.timedOut()) }
    }

    package func peerEnded(on shard: isolated Shard) {
        state.peerClosed()
        // Requests that came whole are answered first; what is left over closes.
        advance(on: shard)
    }

    /// A client that doesn't read its answers has no claim to an error.
    package func overflowed(on shard: isolated Shard) { stream?.closeAsSlowConsumer() }

    package func drain(on shard: isolated Shard) { perform(state.drain()) }

    package func closed(on shard: isolated Shard) {
        releaseBody()
        stream = nil
    }
}

extension HTTPRequestHead {
    /// False if the body is known to be too long: then it must not be asked for.
    fileprivate func fits(_ limit: Int) -> Bool {
        guard case .length(let length) = framing else { return true }
        return length <= limit
    }
}
