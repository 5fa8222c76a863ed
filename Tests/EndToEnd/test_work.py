"""Projects, requests, tasks, subtasks and sessions, from outside: one whole walk, kill -9, a database that is away."""
import pytest

from bus_client import bus_client
from dcm import action, eventually


@pytest.fixture(params=["embedded", "postgresql"])
def any_server(request, make_server):
    """A server with each of the stores."""
    if request.param == "embedded":
        return make_server().start()
    return request.getfixturevalue("database_server")


def made(server, path, body, name=None):
    """What a creation answers; `name` is the object's name in it."""
    answer = server.post(path, body)
    assert answer.status == 201, answer
    return answer.json[name] if name else answer.json


def walk(server):
    """One of everything, each below the one before."""
    project = made(server, "/api/projects", {"path": "/walk/", "name": "Walk", "metadata": {"team": {"a": 1}}}, "project")
    session = made(server, "/api/sessions", {"session_id": "walker", "project_id": project["id"]})
    request = made(
        server, "/api/requests",
        {"project_id": project["id"], "session_id": session["id"], "prompt": "Walk \u2400\n", "prompt_type": "feature"},
        "request",
    )
    task = made(server, "/api/tasks", {"request_id": request["id"]}, "task")
    fields = {"task_list_id": task["id"], "description": "First", "agent_type": "walker-dev", "status": "running"}
    first = made(server, "/api/subtasks", fields, "subtask")
    second = made(
        server, "/api/subtasks",
        {"task_id": task["id"], "description": "Second", "blocked_by": [first["id"]], "status": "blocked"},
        "subtask",
    )
    tool = action("Step", subtask_id=first["id"], session_id=session["id"], project_path="/walk", duration_ms=4)
    recorded = made(server, "/api/actions", tool, "action")
    result = server.request("PATCH", f"/api/subtasks/{first['id']}", {"status": "completed", "result": {"steps": 1}})
    assert result.status == 200, result
    return project, session, request, task, first, second, recorded


def look(server, project, session, request, task, first, second, recorded):
    """All of it is there, where it belongs."""
    assert project["path"] == "/walk" and project["metadata"] == {"team": {"a": 1}}
    assert task["wave_number"] == 0 and task["name"] == "Wave 0"
    assert first["started_at"] is not None and second["started_at"] is None
    hierarchy = server.get(f"/api/hierarchy/{project['id']}").json
    assert hierarchy["counts"] == {"requests": 1, "tasks": 1, "subtasks": 2}
    (found,) = hierarchy["hierarchy"]["requests"]
    assert found["id"] == request["id"] and found["prompt"] == "Walk \u2400\n"
    (wave,) = found["tasks"]
    assert wave["id"] == task["id"]
    assert [each["id"] for each in wave["subtasks"]] == [first["id"], second["id"]]
    done, blocked = wave["subtasks"]
    assert done["status"] == "completed" and done["result"] == {"steps": 1} and done["completed_at"]
    assert blocked["blocked_by"] == [first["id"]]
    stats = hierarchy["stats"]
    assert (stats["total_actions"], stats["successful_actions"], stats["avg_duration_ms"]) == (1, 1, 4)
    (tool,) = server.get(f"/api/subtasks/{first['id']}").json["subtask"]["actions"]
    assert tool["id"] == recorded["id"]
    active = server.get("/api/active-sessions").json
    assert [each["subtask_id"] for each in active["active_agents"]] == [second["id"]]
    known = server.get(f"/api/sessions/{session['id']}").json
    assert known["total_tools_used"] == 1 and known["project_id"] == project["id"]
    assert [each["id"] for each in known["requests"]] == [request["id"]]
    listed = server.get("/api/requests?session_id=walker&status=active").json
    assert [each["id"] for each in listed["requests"]] == [request["id"]]


def test_a_walk_from_project_to_action(any_server):
    with bus_client(any_server) as listener:
        listener.subscribe("global")
        everything = walk(any_server)
        for name in ("session.created", "task.created", "subtask.created", "action.created", "subtask.completed"):
            assert listener.event(name)["channel"] == "global"
    look(any_server, *everything)
    # A session that an action or a person made is not made again.
    again = any_server.post("/api/sessions", {"id": "walker"})
    assert again.status == 409 and again.json == {"error": "Session already exists", "id": "walker"}
    project = everything[0]["id"]
    assert any_server.request("DELETE", f"/api/projects/{project}").status == 204
    assert any_server.get(f"/api/hierarchy/{project}").status == 404
    assert any_server.get("/api/subtasks").json["count"] == 0


def test_what_was_answered_survives_a_kill(any_server):
    everything = walk(any_server)
    any_server.kill()
    any_server.start()
    look(any_server, *everything)


def test_pages_are_followed_by_cursor(any_server):
    ids = [made(any_server, "/api/projects", {"path": f"/page/{number}"}, "project")["id"] for number in range(25)]
    found, cursor = [], ""
    while cursor is not None:
        page = any_server.get(f"/api/projects?limit=10{cursor}").json
        found += [each["id"] for each in page["projects"]]
        assert page["total"] == 25 and page["limit"] == 10
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert found == ids[::-1]


def test_while_the_database_is_away(make_server, cluster):
    server = make_server("--database", cluster.url()).start()
    project = made(server, "/api/projects", {"path": "/away"}, "project")
    cluster.stop()
    try:
        body = {"project_id": project["id"], "session_id": "s", "prompt": "p"}
        for answer in (server.post("/api/requests", body), server.get("/api/projects"), server.get("/api/hierarchy/" + project["id"])):
            assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1, answer
            assert set(answer.json) == {"error"}
        # What goes through the journal goes on.
        assert server.post("/api/actions", action("Away", session_id="s")).status == 201
    finally:
        cluster.start()
    posted = eventually(lambda: (answer := server.post("/api/requests", body)).status == 201 and answer, seconds=60)
    assert posted, "the server didn't find its database again"
    assert server.get("/api/sessions/s").json["total_tools_used"] == 1
