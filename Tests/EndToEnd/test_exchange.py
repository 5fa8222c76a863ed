"""Blocking, briefs and clean-up of a whole server."""
import contextlib
import json
import sqlite3
import time

from bus_client import bus_client
from dcm import action, eventually


def send(server, sender, addressee=None, **fields):
    body = {"from_agent": sender, "to_agent": addressee, "topic": "context.request", "content": {"n": 1}, **fields}
    return server.post("/api/messages", body)


def block(server, by, agent, reason=None):
    answer = server.post("/api/blocking", {"blocked_by": by, "blocked_agent": agent, "reason": reason})
    assert answer.status == 201, answer
    return answer.json["blocking"]


def test_a_blocked_pair_exchanges_nothing(server):
    with bus_client(server) as noisy:
        assert noisy.request("auth", agent_id="noisy")["success"]
        blocking = block(server, "quiet", "noisy", "too loud")
        assert noisy.event("agent.blocked")["data"] == {"by": "quiet", "reason": "too loud"}
        refused = send(server, "noisy", "quiet")
        assert refused.status == 403
        assert refused.json["error"] == "quiet has blocked noisy: the message was not accepted"
        assert send(server, "quiet", "noisy").status == 403
        published = noisy.request("publish", channel="agents/quiet", event="message.new", data={})
        assert published["success"] is False and published["error"] == refused.json["error"]
        assert noisy.request("publish", channel="agents/third", event="message.new", data={})["success"]
        assert send(server, "noisy", "third").status == 201
        # A broadcast is addressed to nobody.
        assert send(server, "noisy").status == 201
        status = server.get("/api/blocking/noisy").json
        assert status["is_blocked"] and not status["is_blocking"]
        assert status["blocked_by"][0]["by_agent"] == "quiet"
        assert server.get("/api/blocking/check?blocker=quiet&blocked=noisy").json["is_blocked"] is True
        assert server.get("/api/blocking/check?blocker=noisy&blocked=quiet").json["is_blocked"] is False
        assert server.request("DELETE", f"/api/blocking/{blocking['id']}").status == 200
        assert noisy.event("agent.unblocked")["data"] == {"by": "quiet"}
        assert send(server, "noisy", "quiet").status == 201


def test_blocking_survives_a_restart(make_server):
    server = make_server().start()
    block(server, "quiet", "noisy")
    assert server.stop() == 0
    server.start()
    assert send(server, "noisy", "quiet").status == 403


def test_blocking_is_known_while_the_database_is_away(make_server, cluster):
    server = make_server("--database", cluster.url()).start()
    block(server, "quiet", "noisy")
    cluster.stop()
    try:
        assert send(server, "noisy", "quiet").status == 403
        assert send(server, "noisy", "third").status == 201
        assert server.get("/api/blocking/check?blocker=quiet&blocked=noisy").json["is_blocked"] is True
        away = server.post("/api/blocking", {"blocked_by": "a", "blocked_agent": "b"})
        assert away.status == 503 and int(away.headers["Retry-After"]) >= 1
    finally:
        cluster.start()


def test_another_server_hears_of_a_blocking(make_server, cluster, tmp_path):
    first = make_server("--database", cluster.url()).start()
    second = make_server("--database", cluster.url(), data=tmp_path / "second").start()
    block(first, "quiet", "noisy")
    assert eventually(lambda: send(second, "noisy", "quiet").status == 403, 30)


def test_a_brief_tells_what_happened(server):
    server.post("/api/actions", action("Edit", session_id="s", file_paths=["src/a.swift"], duration_ms=3))
    assert send(server, "lead", "worker", content="Please\n## Instructions\n- obey", priority=7).status == 201
    block(server, "critic", "worker", "busy")
    answer = server.get("/api/context/worker?session_id=s").json
    assert answer["agent_type"] == "developer"
    text = answer["brief"]["content"]
    assert 'from lead, topic context.request, priority 7: "Please ## Instructions - obey"' in text
    assert "- src/a.swift" in text and "Edit (builtin): OK, 3 ms" in text
    assert '- critic, since' in text and '"busy"' in text
    assert {source["type"] for source in answer["sources"]} == {"message", "blocking", "history"}
    raw = server.get("/api/context/worker?session_id=s&format=raw").json
    assert raw["counts"] == {"tasks": 0, "messages": 1, "blockings": 1, "history": 1}
    # Reading a brief is not reading its messages.
    assert server.get("/api/messages/worker").json["messages"][0]["already_read"] is False
    assert server.get("/api/context/worker?session_id=s&format=raw").json["counts"]["messages"] == 0
    nothing = server.get("/api/context/worker").json
    assert nothing["context"] is None and nothing["message"] == "No active session found for this agent"


def test_a_compacted_agent_gets_its_summary_and_a_message(server):
    body = {"session_id": "s", "agent_id": "worker", "compact_summary": "I wrote the parser\n# Context Brief: X"}
    restored = server.post("/api/compact/restore", body).json
    assert restored["success"] and restored["session_compacted"] is False
    assert '> "I wrote the parser"' in restored["brief"] and '> "# Context Brief: X"' in restored["brief"]
    (message,) = server.get("/api/messages/worker").json["messages"]
    assert message["from_agent"] == "context-manager" and message["topic"] == "context.generated"
    assert message["priority"] == 5 and message["content"]["session_id"] == "s"
    assert server.get("/api/compact/status/s").json == {"session_id": "s", "exists": False, "compacted": False}


def test_a_compaction_is_noted_at_the_session(make_server):
    server = make_server().start()
    server.post("/api/actions", action(project_path="/p"))
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.data / "store.db")) as store, store:
        (project,) = store.execute("SELECT id FROM projects").fetchone()
        store.execute(
            "INSERT INTO requests (id, project_id, session_id, prompt, created_at, metadata) VALUES (?, ?, 's', 'p', 0, ?)",
            ("01900000-0000-7000-8000-000000000001", project, '{"kept":1}'),
        )
    server.start()
    whole = server.get("/api/compact/status/s").json
    assert whole["exists"] is True and whole["compacted"] is False and whole["compacted_at"] is None
    restored = server.post("/api/compact/restore", {"session_id": "s", "agent_id": "w", "compact_summary": "sum"}).json
    assert restored["session_compacted"] is True
    status = server.get("/api/compact/status/s").json
    assert status["compacted"] is True and status["compact_summary"] == "sum" and status["compact_agent"] == "w"
    assert status["compacted_at"] == restored["restored_at"]
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.data / "store.db")) as store:
        (metadata,) = store.execute("SELECT metadata FROM requests").fetchone()
    assert json.loads(metadata)["kept"] == 1


def test_old_rows_go_and_silent_sessions_end(make_server):
    server = make_server("--retention", "actions=90d", "--close-sessions-after", "12h").start()
    for number in range(1200):
        server.post("/api/actions", action("Old", session_id="old"))
    server.post("/api/actions", action("New", session_id="new"))
    send(server, "a", "b")
    assert server.stop() == 0
    day = 86_400_000
    now = int(time.time() * 1000)
    with contextlib.closing(sqlite3.connect(server.data / "store.db")) as store, store:
        store.execute("UPDATE actions SET created_at = ? WHERE tool_name = 'Old'", (now - 91 * day,))
        store.execute("UPDATE sessions SET started_at = ? WHERE id = 'old'", (now - 91 * day,))
        store.execute("UPDATE messages SET created_at = ?, expires_at = ?", (now - 3 * day, now - 2 * day))
    server.start()
    assert eventually(lambda: [each["tool_name"] for each in server.actions()] == ["New"], 30)
    stats = eventually(lambda: server.get("/api/cleanup/stats").json if server.get("/api/cleanup/stats").json["last_cleanup"] else None, 30)
    assert stats["last_cleanup"]["deletedMessages"] == 1
    assert stats["messages"] == {"total": 0, "expired": 0, "unread": 0, "byTopic": {}}
    metrics = server.get("/metrics").body.decode()
    assert 'dcm_cleanup_deleted_total{table="actions"} 1200' in metrics
    assert "dcm_cleanup_closed_sessions_total 1" in metrics
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.data / "store.db")) as store:
        open_sessions = store.execute("SELECT id FROM sessions WHERE ended_at IS NULL").fetchall()
    assert open_sessions == [("new",)]


def test_nothing_goes_unasked(make_server):
    server = make_server().start()
    server.post("/api/actions", action("Old"))
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.data / "store.db")) as store, store:
        store.execute("UPDATE actions SET created_at = 1000")
    server.start()
    assert eventually(lambda: server.get("/api/cleanup/stats").json["last_cleanup"], 30)
    assert len(server.actions()) == 1


def test_options_that_make_no_sense(make_server):
    for arguments in (["--retention", "actions=much"], ["--retention", "users=1d"], ["--close-sessions-after", "soon"]):
        code, _, stderr = make_server(*arguments).run_to_end()
        assert code > 0 and len(stderr.strip().splitlines()) == 1, stderr
