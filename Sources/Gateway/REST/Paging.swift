internal import Agents
internal import Bus
internal import HTTPTypes
internal import Storage

/// How lists are asked for and answered, part by part.
enum Paging {
    static let cursor = Field.text("cursor", bytes: 1...2048, "Goes on where the page ended that had this next_cursor")

    /// What each list takes beside its filters.
    static let fields: [any DescribedField] = [CommonFields.limit, CommonFields.offset, cursor, CommonFields.stale]
}

extension FieldValues {
    /// The page that a query asks for.
    func page(limit: Field<Int> = CommonFields.limit) throws(GatewayError) -> Page {
        var page = Page(limit: try required(limit), offset: try required(CommonFields.offset))
        guard let text = self[Paging.cursor] else { return page }
        guard let cursor = PageCursor(text: text) else {
            let details = ["cursor": ["expected the next_cursor of a page"]]
            throw GatewayError(.badRequest, "Invalid query parameters", details: details)
        }
        page.cursor = cursor
        return page
    }
}

extension JSONWriter {
    /// The members of a list's answer.
    mutating func list<Row>(
        _ name: String,
        _ rows: PageRows<Row>,
        _ page: Page,
        total: Int? = nil,
        row: (inout JSONWriter, Row) -> Void
    ) {
        array(name, rows.rows, row)
        field("count", rows.rows.count)
        if let total { field("total", total) }
        field("limit", page.limit)
        field("offset", page.offset)
        field("next_cursor", rows.next?.text)
    }

    /// A member that is an array.
    mutating func array<Row>(_ name: String, _ rows: some Sequence<Row>, _ row: (inout JSONWriter, Row) -> Void) {
        key(name)
        beginArray()
        for each in rows { row(&self, each) }
        endArray()
    }

    /// A member that is an object.
    mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    mutating func field(_ name: String, _ id: UUIDv7?) { field(name, id?.description) }

    mutating func field(_ name: String, _ time: Timestamp?) {
        key(name)
        if let time { value(time) } else { null() }
    }

    /// JSON that a client gave, or null.
    mutating func field(_ name: String, json: [UInt8]?) {
        key(name)
        if let json { raw(json.span) } else { null() }
    }
}

extension RESTResponse {
    /// An answer that is one JSON object.
    static func object(_ status: HTTPResponse.Status = .ok, _ members: (inout JSONWriter) -> Void) -> RESTResponse {
        var json = JSONWriter()
        json.object(members)
        return RESTResponse(status, body: json.bytes)
    }
}

/// Runs what the rooms below do, and says their refusals as answers.
func answering<Value>(
    _ body: () async throws(AgentsError) -> Value
) async throws(GatewayError) -> Value {
    do throws(AgentsError) { return try await body() } catch { throw GatewayError(error) }
}
