/// Channels and presence, each once well used and once badly.
enum ChannelExamples {
    static let all: [RouteExample] = channels + presence

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
