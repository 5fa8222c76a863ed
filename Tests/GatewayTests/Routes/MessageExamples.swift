/// Messages, inboxes, channels and presence, each once well used and once badly.
enum MessageExamples {
    static let all: [RouteExample] = messages + inboxes + channels + presence

    private static let messages: [RouteExample] = [
        .works(
            "POST /api/messages",
            nil,
            #"{"from_agent":"sender","to_agent":"reader","topic":"x.news","content":{"n":1},"priority":3}"#,
            status: 201,
            keeps: ["message": "message.id"]
        ),
        .works(
            "POST /api/messages",
            nil,
            #"{"from_agent_id":"sender","to_agent":null,"message_type":"task.created","payload":"all","ttl_ms":60000}"#,
            status: 201
        ),
        .fails("POST /api/messages", nil, #"{"from_agent":"sender","topic":"nonsense","content":"a"}"#),
        .fails("POST /api/messages", nil, #"{"from_agent":"sender","topic":"x.news","content":[1]}"#),
        .fails("POST /api/messages", nil, #"{"topic":"x.news","content":"a"}"#),
        .works("GET /api/messages/:agent_id", "/api/messages/reader?since=2020-01-01T00:00:00Z&topic=x.news"),
        .works("GET /api/messages/:agent_id", "/api/messages/reader?include_broadcasts=false&limit=5000"),
        .fails("GET /api/messages/:agent_id", "/api/messages/reader?since=yesterday"),
        .works("GET /api/messages/:id/state", "/api/messages/{message}/state"),
        .fails("GET /api/messages/:id/state", "/api/messages/{nobody}/state", status: 404),
        .fails("GET /api/messages/:id/state", "/api/messages/1/state"),
        .works("POST /api/messages/:id/ack", "/api/messages/{message}/ack", #"{"agent_id":"reader"}"#),
        .fails("POST /api/messages/:id/ack", "/api/messages/{nobody}/ack", #"{"agent_id":"reader"}"#, status: 404),
        .fails("POST /api/messages/:id/ack", "/api/messages/{message}/ack", "{}"),
    ]

    private static let inboxes: [RouteExample] = [
        .works("GET /api/inboxes"), .works("GET /api/inboxes", "/api/inboxes?stale=1&limit=1"),
        .fails("GET /api/inboxes", "/api/inboxes?limit=0"), .works("GET /api/dead-letters"),
        .fails("GET /api/dead-letters", "/api/dead-letters?offset=-1"),
        .fails(
            "POST /api/dead-letters/:id/retry",
            "/api/dead-letters/{message}/retry",
            #"{"agent_id":"reader"}"#,
            status: 404
        ),
    ]

    private static let channels: [RouteExample] = [
        .works("GET /api/channels/:channel/history", "/api/channels/topics%2Fnews/history?limit=1"),
        .works("GET /api/channels/:channel/history", "/api/channels/topics%2Fnews/history?since=0"),
        .fails("GET /api/channels/:channel/history", "/api/channels/nonsense/history"),
        .fails("GET /api/channels/:channel/history", "/api/channels/global/history", status: 404),
        .fails("GET /api/channels/:channel/history", "/api/channels/agents%2Fa/history", status: 403),
        .fails(
            "POST /api/channels/:channel/request",
            "/api/channels/topics%2Fnobody/request",
            #"{"event":"question","data":[1]}"#,
            status: 404
        ),
        .fails("POST /api/channels/:channel/request", "/api/channels/topics%2Fnobody/request", "{}"),
    ]

    private static let presence: [RouteExample] = [
        .works("GET /api/agents"), .works("GET /api/agents", "/api/agents?connected=1&after=a"),
        .fails("GET /api/agents", "/api/agents?connected=perhaps"), .works("GET /api/connections"),
        .fails("GET /api/connections", "/api/connections?after=nobody"),
    ]
}
