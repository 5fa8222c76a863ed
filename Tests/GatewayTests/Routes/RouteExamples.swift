/// Each route of the REST port, once well used and once badly. A route without both fails `RouteTableTests`.
enum RouteExamples {
    static let all: [RouteExample] =
        server + actions + routing + hooks + messages + work + channels + jobs + ExchangeExamples.all

    /// A UUID that nothing has.
    static let nobody = "00000000-0000-7000-8000-000000000000"

    /// Those of the WebSocket port.
    static let webSocketPort: [RouteExample] =
        [
            .works("GET /health"),
            .fails("GET /health", method: "POST", status: 405),
            .works("GET /stats"),
            .fails("GET /stats", method: "DELETE", status: 405),
            .works("GET /openapi.json"),
            .fails("GET /openapi.json", method: "PUT", status: 405),
        ]
        + ["GET /", "GET /ws"].flatMap { (route) -> [RouteExample] in
            [.works(route, status: 101, fields: upgrade), .fails(route), .fails(route, method: "POST", status: 405)]
        }

    private static let upgrade = [
        "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static let server: [RouteExample] = [
        .works("GET /health"),
        .fails("GET /health", method: "POST", status: 405),
        .works("GET /stats"),
        .works("GET /stats", "/stats?stale=1"),
        .fails("GET /stats", "/stats?stale=perhaps"),
        .works("GET /stats/tools-summary"),
        .fails("GET /stats/tools-summary", method: "POST", status: 405),
        .works("GET /metrics"),
        .fails("GET /metrics", method: "DELETE", status: 405),
        .works("GET /openapi.json"),
        .fails("GET /openapi.json", method: "PUT", status: 405),
        .works("POST /api/auth/token", nil, #"{"agent_id":"a","session_id":null}"#),
        .fails("POST /api/auth/token", nil, #"{"agent_id":""}"#),
        .fails("POST /api/auth/token", nil, "{}"),
    ]

    private static let actions: [RouteExample] = [
        .works(
            "POST /api/actions",
            nil,
            #"{"tool_name":"Bash","tool_type":"builtin","input":"run tests","session_id":"examples"}"#,
            status: 201,
            keeps: ["action": "action.id"]
        ),
        .fails("POST /api/actions", nil, #"{"tool_name":"Bash"}"#),
        .works("GET /api/actions", "/api/actions?limit=5000&tool_type=builtin&session_id=examples"),
        .fails("GET /api/actions", "/api/actions?limit=-1"),
        .works("GET /api/actions/hourly"),
        .fails("GET /api/actions/hourly", "/api/actions/hourly?stale=2"),
        .works("DELETE /api/actions/:id", "/api/actions/{action}", status: 204),
        .fails("DELETE /api/actions/:id", "/api/actions/{action}", status: 404),
        .fails("DELETE /api/actions/:id", "/api/actions/1"),
        .works("DELETE /api/actions/by-session/:session_id", "/api/actions/by-session/examples"),
        .fails("DELETE /api/actions/by-session/:session_id", "/api/actions/by-session/%00"),
    ]

    private static let routing: [RouteExample] = [
        .works("GET /api/routing/suggest", "/api/routing/suggest?keywords=tests,run&limit=1&min_score=0.1"),
        .works("GET /api/routing/suggest", "/api/routing/suggest?q=run%20the%20tests"),
        .fails("GET /api/routing/suggest"),
        .fails("GET /api/routing/suggest", "/api/routing/suggest?q=a&min_score=much"),
        .works("GET /api/routing/stats"),
        .fails("GET /api/routing/stats", method: "POST", status: 405),
        .works("POST /api/routing/feedback", nil, #"{"tool_name":"Bash","keywords":["tests"],"chosen":true}"#),
        .fails("POST /api/routing/feedback", nil, #"{"tool_name":"Bash","keywords":"tests","chosen":true}"#),
    ]

    private static let messages: [RouteExample] = [
        .works(
            "POST /api/messages",
            nil,
            #"{"from_agent":"a","to_agent":"b","topic":"x.t","content":"hello","thread_id":"t","ttl_ms":1500}"#,
            status: 201,
            keeps: ["message": "message.id"]
        ),
        .works(
            "POST /api/messages",
            nil,
            #"{"from_agent_id":"a","topic":"task.created","payload":{"n":1},"client_message_id":"c"}"#,
            status: 201
        ),
        .fails(
            "POST /api/messages",
            nil,
            #"{"from_agent":"a","topic":"x.t","content":{},"client_message_id":"c"}"#,
            status: 422
        ),
        .fails("POST /api/messages", nil, #"{"topic":"x.t","content":{}}"#),
        .works("GET /api/messages/:agent_id", "/api/messages/b?limit=1&since=2026-01-01T00:00:00Z"),
        .fails("GET /api/messages/:agent_id", "/api/messages/b?since=yesterday"),
        .works("GET /api/messages/:id/state", "/api/messages/{message}/state"),
        .fails("GET /api/messages/:id/state", "/api/messages/{nobody}/state", status: 404),
        .works("GET /api/inboxes", "/api/inboxes?stale=1"),
        .works("GET /api/inboxes"),
        .fails("GET /api/inboxes", "/api/inboxes?limit=0"),
        .works("POST /api/dead-letters/:id/retry", "/api/dead-letters/{message}/retry", #"{"agent_id":"b"}"#),
        .works("POST /api/messages/:id/ack", "/api/messages/{message}/ack", #"{"agent_id":"b"}"#),
        .fails("POST /api/messages/:id/ack", "/api/messages/{message}/ack", #"{"agent_id":"c"}"#, status: 404),
        .fails("POST /api/messages/:id/ack", "/api/messages/{message}/ack", "{}"),
        .works("GET /api/dead-letters", "/api/dead-letters?agent_id=b"),
        .fails("GET /api/dead-letters", "/api/dead-letters?offset=-1"),
        .fails(
            "POST /api/dead-letters/:id/retry",
            "/api/dead-letters/{message}/retry",
            #"{"agent_id":"b"}"#,
            status: 404
        ),
    ]

    /// Somebody answers on `topics/examples`.
    private static let channels: [RouteExample] = [
        .works(
            "POST /api/channels/:channel/request",
            "/api/channels/topics%2Fexamples/request",
            #"{"event":"q","data":[1],"timeout_ms":60000}"#
        ),
        .fails("POST /api/channels/:channel/request", "/api/channels/topics%2Fexamples/request", "{}"),
        .fails(
            "POST /api/channels/:channel/request",
            "/api/channels/topics%2Fz/request",
            #"{"event":"q"}"#,
            status: 404
        ),
        .fails(
            "POST /api/channels/:channel/request",
            "/api/channels/jobs%2Fz/request",
            #"{"event":"job.x"}"#,
            status: 403
        ),
        .works("GET /api/channels/:channel/history", "/api/channels/topics%2Fexamples/history?since=0&limit=9"),
        .fails("GET /api/channels/:channel/history", "/api/channels/global/history", status: 404),
        .fails("GET /api/channels/:channel/history", "/api/channels/agents%2Fme/history", status: 403),
        .works("GET /api/agents"),
        .fails("GET /api/agents", "/api/agents?limit=0"),
        .works("GET /api/connections", "/api/connections?limit=1"),
        .fails("GET /api/connections", "/api/connections?after=x"),
    ]

    private static let hooks: [RouteExample] = [
        .works(
            "POST /hooks/claude",
            nil,
            #"{"hook_event_name":"PostToolUse","session_id":"s","tool_name":"Bash","cwd":"/","tool_input":{}}"#
        ),
        .fails("POST /hooks/claude", nil, "nonsense"),
        .works("POST /hooks/env", nil, "tool_name=Bash&exit_code=0"),
        .fails("POST /hooks/env", nil, "tool_name=%"),
    ]

    /// A migration of a file that isn't there has failed soon after it was begun.
    private static let jobs: [RouteExample] = [
        .works(
            "POST /api/jobs",
            nil,
            #"{"type":"migration","from":"/nowhere/routing.db"}"#,
            status: 201,
            keeps: ["job": "job.id"]
        ),
        .fails("POST /api/jobs", nil, #"{"type":"nothing"}"#),
        .works("POST /api/jobs/:id/pause", "/api/jobs/{job}/pause"),
        .fails("POST /api/jobs/:id/pause", "/api/jobs/{nobody}/pause", status: 404),
        .works("GET /api/jobs", "/api/jobs?limit=1"),
        .fails("GET /api/jobs", "/api/jobs?limit=some"),
        .works("GET /api/jobs/:id", "/api/jobs/{job}"),
        .fails("GET /api/jobs/:id", "/api/jobs/{nobody}", status: 404),
        .works("POST /api/jobs/:id/resume", "/api/jobs/{job}/resume"),
        .works("POST /api/jobs/:id/cancel", "/api/jobs/{job}/cancel"),
        .fails("POST /api/jobs/:id/cancel", "/api/jobs/{nobody}/cancel", status: 404),
        .fails("POST /api/jobs/:id/resume", "/api/jobs/1/resume"),
    ]
}
