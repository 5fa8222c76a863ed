internal import Agents
internal import Bus
internal import Storage

/// Messages for inboxes that come over WebSocket.
struct Outbox: Sendable {
    let messages: Messages

    /// Sends one; returns the acknowledgement of the server.
    ///
    /// - Parameter id: The correlation id, as the client wrote it.
    func send(_ json: [UInt8], agent: RequestAgent, id: [UInt8]?) async -> Result<[UInt8], GatewayError> {
        do throws(GatewayError) {
            let message = try NewMessage(json: json, agent: agent)
            let answer = try await send(message)
            return .success(ServerMessage.acknowledgement(id ?? Array("null".utf8), ofMessage: answer))
        } catch {
            return .failure(error)
        }
    }

    /// Returns the members of the answer, which are kept for repetitions.
    private func send(_ message: NewMessage) async throws(GatewayError) -> [UInt8] {
        let repeatable = message.clientMessageID.map {
            // The correlation id and the like differ when the client sends it again.
            RepeatableRequest(messageID: $0, of: message.fromAgent, body: message.content.utf8Span.span)
        }
        do throws(AgentsError) {
            return try await messages.send(message, repeatable: repeatable) { record, isKnown in
                var json = JSONWriter()
                json.beginObject()
                json.field("id", record.id.description)
                json.field("known", isKnown)
                json.endObject()
                return json.bytes
            }.body
        } catch {
            throw GatewayError(error)
        }
    }
}

extension GatewayError {
    /// For protocols that have one text for an error.
    var sentence: String {
        let parts = details.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.joined(separator: ", "))" }
        return ([message] + parts).joined(separator: "; ")
    }
}
