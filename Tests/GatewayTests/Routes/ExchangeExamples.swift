/// Blocking, subscriptions, context and clean-up, each once well used and once badly.
enum ExchangeExamples {
    static let all: [RouteExample] = blocking + subscriptions + context + cleanup

    private static let blocking: [RouteExample] = [
        .works(
            "POST /api/blocking",
            nil,
            #"{"blocked_by":"a","blocked_agent":"b","reason":"noise"}"#,
            status: 201,
            keeps: ["blocking": "blocking.id"]
        ),
        .works("POST /api/blocking", nil, #"{"blocker_agent_id":"a","blocked_agent_id":"c"}"#, status: 201),
        .works("POST /api/blocking", nil, #"{"blocker_id":"b","blocked_id":"a","reason":null}"#, status: 201),
        .fails("POST /api/blocking", nil, #"{"blocked_by":"a","blocked_agent":"a"}"#),
        .fails("POST /api/blocking", nil, #"{"blocked_by":"","blocked_agent":"b"}"#),
        .works("GET /api/blocking/check", "/api/blocking/check?blocker=a&blocked=b"),
        .works("GET /api/blocking/check", "/api/blocking/check?agent_id=b"),
        .fails("GET /api/blocking/check"),
        .fails("GET /api/blocking/check", "/api/blocking/check?blocker=a"),
        .works("GET /api/blocking/:id", "/api/blocking/a"),
        .fails("GET /api/blocking/:id", "/api/blocking/%00"),
        .works("DELETE /api/blocking/:id", "/api/blocking/{blocking}"),
        .fails("DELETE /api/blocking/:id", "/api/blocking/{blocking}", status: 404),
        .fails("DELETE /api/blocking/:id", "/api/blocking/a"),
        .works("POST /api/unblock", nil, #"{"blocked_by":"a","blocked_agent":"c"}"#),
        .fails("POST /api/unblock", nil, #"{"blocked_by":"a","blocked_agent":"c"}"#, status: 404),
        .fails("POST /api/unblock", nil, #"{"blocked_by":"a"}"#),
        .works("POST /api/unblock", nil, #"{"blocker_id":"b","blocked_id":"a"}"#),
    ]

    private static let subscriptions: [RouteExample] = [
        .works(
            "POST /api/subscribe",
            nil,
            #"{"agent_id":"a","topic":"task.created","callback_url":"http://127.0.0.1:1/hook"}"#,
            status: 201,
            keeps: ["subscription": "subscription.id"]
        ),
        .works("POST /api/subscribe", nil, #"{"agent_id":"a","topic":"x.mine"}"#, status: 201),
        .fails("POST /api/subscribe", nil, #"{"agent_id":"a","topic":"nonsense"}"#),
        .fails("POST /api/subscribe", nil, #"{"agent_id":"a","topic":"x.a","callback_url":"http://10.0.0.1/"}"#),
        .fails("POST /api/subscribe", nil, #"{"topic":"x.a"}"#),
        .works("GET /api/subscriptions"),
        .works("GET /api/subscriptions", "/api/subscriptions?agent_id=a&topic=x.mine"),
        .fails("GET /api/subscriptions", "/api/subscriptions?agent_id=%00"),
        .works("GET /api/subscriptions/:id", "/api/subscriptions/a"),
        .fails("GET /api/subscriptions/:id", "/api/subscriptions/%00"),
        .works("DELETE /api/subscriptions/:id", "/api/subscriptions/{subscription}"),
        .fails("DELETE /api/subscriptions/:id", "/api/subscriptions/{subscription}", status: 404),
        .works("POST /api/unsubscribe", nil, #"{"agent_id":"a","topic":"x.mine"}"#),
        .fails("POST /api/unsubscribe", nil, #"{"agent_id":"a","topic":"x.mine"}"#, status: 404),
        .fails("POST /api/unsubscribe", nil, "{}"),
    ]

    private static let context: [RouteExample] = [
        .works("GET /api/context/:agent_id", "/api/context/qa-1"),
        .works("GET /api/context/:agent_id", "/api/context/qa-1?session_id=s&max_tokens=100000&include_history=false"),
        .works("GET /api/context/:agent_id", "/api/context/qa-1?session_id=s&format=raw"),
        .fails("GET /api/context/:agent_id", "/api/context/qa-1?format=pdf"),
        .fails("GET /api/context/:agent_id", "/api/context/qa-1?max_tokens=99"),
        .works("POST /api/context/generate", nil, #"{"agent_id":"a","session_id":"s","max_tokens":100}"#, status: 201),
        .fails("POST /api/context/generate", nil, #"{"agent_id":"a"}"#),
        .fails("POST /api/context/generate", nil, #"{"agent_id":"a","session_id":"s","history_limit":0}"#),
        .works(
            "POST /api/compact/restore",
            nil,
            #"{"session_id":"s","agent_id":"a","compact_summary":"I was here"}"#
        ),
        .fails("POST /api/compact/restore", nil, #"{"session_id":"s"}"#),
        .works("GET /api/compact/status/:session_id", "/api/compact/status/s"),
        .fails("GET /api/compact/status/:session_id", "/api/compact/status/%00"),
    ]

    private static let cleanup: [RouteExample] = [
        .works("GET /api/cleanup/stats"), .fails("GET /api/cleanup/stats", method: "POST", status: 405),
    ]
}
