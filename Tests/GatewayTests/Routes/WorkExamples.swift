extension RouteExamples {
    static let work: [RouteExample] = projects + requests + tasks + subtasks + sessions + overview + deletions

    private static let projects: [RouteExample] = [
        .works(
            "POST /api/projects",
            nil,
            #"{"path":"/examples//","name":"E","metadata":{"a":{"b":1}},"other":1}"#,
            status: 201,
            keeps: ["project": "project.id"]
        ),
        .works("POST /api/projects", nil, #"{"path":"/examples","name":null,"metadata":null}"#, status: 201),
        .works("POST /api/projects", nil, #"{"path":"/"}"#, status: 201),
        .fails("POST /api/projects", nil, #"{"path":""}"#),
        .fails("POST /api/projects", nil, #"{"path":"/p","metadata":"none"}"#),
        .fails("POST /api/projects", nil, #"{"path":"/p","metadata":{"a":"\u0000"}}"#),
        .fails("POST /api/projects", nil, #"{"path":"/p","metadata":{"a":"\ud800"}}"#),
        .fails("POST /api/projects", nil, #"{"path":"a\u0000"}"#),
        .works("GET /api/projects", "/api/projects?limit=1"),
        .works("GET /api/projects", "/api/projects?offset=5000&stale=1"),
        .fails("GET /api/projects", "/api/projects?cursor=x"),
        .fails("GET /api/projects", "/api/projects?limit=0"),
        .works("GET /api/projects/by-path", "/api/projects/by-path?path=/examples/"),
        .fails("GET /api/projects/by-path", "/api/projects/by-path?path=/none", status: 404),
        .fails("GET /api/projects/by-path"),
        .works("GET /api/projects/:id", "/api/projects/{project}"),
        .works("GET /api/projects/:id", "/api/projects/{project}?stale=1"),
        .fails("GET /api/projects/:id", "/api/projects/{nobody}", status: 404),
        .fails("GET /api/projects/:id", "/api/projects/1"),
    ]

    private static let requests: [RouteExample] = [
        .works(
            "POST /api/requests",
            nil,
            #"{"project_id":"{project}","session_id":"s1","prompt":"do","prompt_type":"debug","metadata":{}}"#,
            status: 201,
            keeps: ["request": "request.id"]
        ),
        .works(
            "POST /api/requests",
            nil,
            #"{"project_id":"{project}","session_id":"s1","prompt":"do","status":"running"}"#,
            status: 201
        ),
        .fails("POST /api/requests", nil, #"{"project_id":"{nobody}","session_id":"s","prompt":"p"}"#, status: 404),
        .fails("POST /api/requests", nil, #"{"project_id":"x","session_id":"s","prompt":"p"}"#),
        .fails("POST /api/requests", nil, #"{"project_id":"{project}","session_id":"s","prompt":"p","status":"x"}"#),
        .works("GET /api/requests", "/api/requests?project_id={project}&session_id=s1&status=active"),
        .fails("GET /api/requests", "/api/requests?project_id=x"),
        .works("GET /api/requests/:id", "/api/requests/{request}"),
        .works("GET /api/requests/:id", "/api/requests/{request}?stale=1"),
        .fails("GET /api/requests/:id", "/api/requests/{nobody}", status: 404),
        .works("PATCH /api/requests/:id", "/api/requests/{request}", #"{"status":"completed","metadata":{"k":[]}}"#),
        .fails("PATCH /api/requests/:id", "/api/requests/{request}", "{}"),
        .fails("PATCH /api/requests/:id", "/api/requests/{nobody}", #"{"status":"failed"}"#, status: 404),
    ]

    private static let tasks: [RouteExample] = [
        .works("POST /api/tasks", nil, #"{"request_id":"{request}"}"#, status: 201, keeps: ["task": "task.id"]),
        .works("POST /api/tasks", nil, #"{"request_id":"{request}","name":"n","wave_number":9}"#, status: 201),
        .fails("POST /api/tasks", nil, #"{"request_id":"{nobody}"}"#, status: 404),
        .fails("POST /api/tasks", nil, #"{"request_id":"{request}","wave_number":-1}"#),
        .works("GET /api/tasks", "/api/tasks?request_id={request}&status=pending"),
        .fails("GET /api/tasks", "/api/tasks?status=lost"),
        .works("GET /api/tasks/:id", "/api/tasks/{task}"),
        .works("GET /api/tasks/:id", "/api/tasks/{task}?stale=1"),
        .fails("GET /api/tasks/:id", "/api/tasks/{nobody}", status: 404),
        .works("PATCH /api/tasks/:id", "/api/tasks/{task}", #"{"status":"running","name":"t"}"#),
        .fails("PATCH /api/tasks/:id", "/api/tasks/{task}", #"{"name":""}"#),
        .fails("PATCH /api/tasks/:id", "/api/tasks/{nobody}", #"{"name":"x"}"#, status: 404),
    ]

    private static let subtasks: [RouteExample] = [
        .works(
            "POST /api/subtasks",
            nil,
            #"{"task_list_id":"{task}","description":"d","agent_type":"dev","status":"running"}"#,
            status: 201,
            keeps: ["subtask": "subtask.id"]
        ),
        .works(
            "POST /api/subtasks",
            nil,
            #"{"task_id":"{task}","description":"d","blocked_by":["{subtask}","{subtask}"],"context_snapshot":{"a":1}}"#,
            status: 201
        ),
        .fails("POST /api/subtasks", nil, #"{"task_id":"{nobody}","description":"d"}"#, status: 404),
        .fails("POST /api/subtasks", nil, #"{"task_id":"{task}","description":"d","blocked_by":["{nobody}"]}"#),
        .fails("POST /api/subtasks", nil, #"{"description":"d"}"#),
        .works("GET /api/subtasks", "/api/subtasks?task_list_id={task}&agent_type=dev&status=running"),
        .fails("GET /api/subtasks", "/api/subtasks?task_id=1"),
        .works(
            "POST /api/actions",
            nil,
            #"{"tool_name":"Bash","tool_type":"builtin","subtask_id":"{subtask}","session_id":"s1"}"#,
            status: 201
        ),
        .works("GET /api/subtasks/:id", "/api/subtasks/{subtask}"),
        .works("GET /api/subtasks/:id", "/api/subtasks/{subtask}?stale=1"),
        .fails("GET /api/subtasks/:id", "/api/subtasks/{nobody}", status: 404),
        .works(
            "PATCH /api/subtasks/:id",
            "/api/subtasks/{subtask}",
            #"{"status":"paused","result":{"ok":true},"agent_id":"a1","blocked_by":[]}"#
        ),
        .fails("PATCH /api/subtasks/:id", "/api/subtasks/{subtask}", #"{"blocked_by":["{nobody}"]}"#),
        .fails("PATCH /api/subtasks/:id", "/api/subtasks/{nobody}", #"{"status":"failed"}"#, status: 404),
    ]

    private static let sessions: [RouteExample] = [
        .works(
            "POST /api/sessions",
            nil,
            #"{"session_id":"s 2/x","project_id":"{project}","started_at":"2026-01-01T01:00:00+01:00","cwd":"/"}"#,
            status: 201
        ),
        .fails("POST /api/sessions", nil, #"{"id":"s 2/x"}"#, status: 409),
        .fails("POST /api/sessions", nil, #"{"id":"s3","project_id":"{nobody}"}"#, status: 404),
        .fails("POST /api/sessions", nil, #"{"id":"s3","total_errors":-1}"#),
        .works("GET /api/sessions", "/api/sessions?project_id={project}&active_only=true&limit=10"),
        .fails("GET /api/sessions", "/api/sessions?active_only=maybe"),
        .works("GET /api/sessions/stats"),
        .works("GET /api/sessions/stats", "/api/sessions/stats?stale=1"),
        .fails("GET /api/sessions/stats", method: "PUT", status: 405),
        .works("GET /api/sessions/:id", "/api/sessions/s1"),
        .works("GET /api/sessions/:id", "/api/sessions/s%202%2Fx?stale=1"),
        .fails("GET /api/sessions/:id", "/api/sessions/none", status: 404),
        .works("PATCH /api/sessions/:id", "/api/sessions/s1", #"{"ended_at":"2026-01-02T00:00:00Z"}"#),
        .works("PATCH /api/sessions/:id", "/api/sessions/s1", #"{"ended_at":null}"#),
        .fails("PATCH /api/sessions/:id", "/api/sessions/s1", #"{"total_success":"many"}"#),
        .fails("PATCH /api/sessions/:id", "/api/sessions/s1", "{}"),
        .fails("PATCH /api/sessions/:id", "/api/sessions/none", "{}", status: 404),
    ]

    private static let overview: [RouteExample] = [
        .works("GET /api/hierarchy/:project_id", "/api/hierarchy/{project}"),
        .works("GET /api/hierarchy/:project_id", "/api/hierarchy/{project}?stale=1"),
        .fails("GET /api/hierarchy/:project_id", "/api/hierarchy/{nobody}", status: 404),
        .works("GET /api/active-sessions"),
        .works("GET /api/active-sessions", "/api/active-sessions?stale=1"),
        .fails("GET /api/active-sessions", "/api/active-sessions?stale=old"),
    ]

    private static let deletions: [RouteExample] = [
        .works("DELETE /api/subtasks/:id", "/api/subtasks/{subtask}", status: 204),
        .fails("DELETE /api/subtasks/:id", "/api/subtasks/{subtask}", status: 404),
        .works("DELETE /api/tasks/:id", "/api/tasks/{task}", status: 204),
        .fails("DELETE /api/tasks/:id", "/api/tasks/{task}", status: 404),
        .works("DELETE /api/requests/:id", "/api/requests/{request}", status: 204),
        .fails("DELETE /api/requests/:id", "/api/requests/{request}", status: 404),
        .works("DELETE /api/sessions/:id", "/api/sessions/s1", status: 204),
        .fails("DELETE /api/sessions/:id", "/api/sessions/s1", status: 404),
        .works("DELETE /api/projects/:id", "/api/projects/{project}", status: 204),
        .fails("DELETE /api/projects/:id", "/api/projects/{project}", status: 404),
        .fails("DELETE /api/projects/:id", "/api/projects/x"),
    ]
}
