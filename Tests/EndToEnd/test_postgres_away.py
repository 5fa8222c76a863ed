"""PostgreSQL goes away in several ways while agents work: nothing is lost, nothing doubled, and nobody waits for it."""
import time

import pytest

from bus_client import bus_client
from dcm import action, eventually
from load import Load, seed
from postgres import PASSWORD
from recorded import check, drained
from work import PROMPT, accept, accept_for


def test_psql_counts_what_was_accepted(make_server, cluster):
    server = make_server("--database", cluster.url()).start()
    for number in range(20):
        assert server.post("/api/actions", action("Counted", input=f"alpha {number}")).status == 201
    drained(server)
    answer = cluster.psql("SELECT COUNT(*) FROM actions;")
    assert answer.split() == ["count", "-------", "20", "(1", "row)"]


@pytest.mark.parametrize("by", ["DATABASE_URL", "DB_HOST"])
def test_the_database_may_come_from_the_environment(make_server, cluster, by):
    if by == "DATABASE_URL":
        env = {"DATABASE_URL": cluster.url()}
    else:
        env = {"DB_HOST": "127.0.0.1", "DB_PORT": str(cluster.port), "DB_USER": "postgres", "DB_PASSWORD": PASSWORD}
    server = make_server(env=env).start()
    assert server.post("/api/actions", action("Counted")).status == 201
    drained(server)
    assert cluster.value("SELECT count(*) FROM actions") == 1


def test_away_at_the_start(make_server, cluster):
    cluster.stop()
    try:
        server = make_server("--database", cluster.url()).start()
        health = server.get("/health")
        assert health.status == 200 and health.json["status"] == "degraded", health
        assert health.json["database"]["healthy"] is False
        seeds = {seed(server, "start")}
        answer = server.get("/api/routing/suggest?keywords=alpha")
        assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1, answer
        with bus_client(server) as listener, bus_client(server) as speaker:
            listener.subscribe("topics/news")
            speaker.publish("topics/news", "news.here", {"a": 1})
            assert listener.event("news.here")["data"] == {"a": 1}
        load = Load(server, "start")
        accept(server, 300)
        assert server.get("/health").json["journal"]["backlog"] >= 300
    finally:
        cluster.start()
    sent = load.stop()
    drained(server)
    assert not sent.refused and not sent.unanswered
    assert check(cluster, sent, seeds=seeds) > 300
    found = lambda: server.get("/api/routing/suggest?keywords=alpha&min_score=0")
    assert eventually(lambda: found().status == 200), found()
    tools = {each["tool_name"]: each["usage_count"] for each in found().json["suggestions"]}
    stored = cluster.sql("SELECT tool_name, usage_count FROM routing_scores WHERE keyword = 'alpha'")
    assert tools == dict(stored) and "Succeeding" in tools


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_stopped_at_once_and_started_again(database_server, cluster, at_work, end, long):
    with at_work(database_server, end):
        for _ in range(5 if long else 1):
            getattr(cluster, end)()
            try:
                accept(database_server, 300)
                assert eventually(lambda: database_server.get("/health").json["status"] == "degraded")
            finally:
                cluster.start()


def test_frozen(database_server, cluster, at_work, long):
    with at_work(database_server, "frozen"):
        with cluster.frozen():
            accept_for(database_server, 60 if long else 6)
            # Nobody who asks how the server is waits for the database either.
            began = time.monotonic()
            health = database_server.get("/health")
            assert health.json["status"] == "degraded", health
            assert time.monotonic() - began < PROMPT


def test_all_connections_terminated_again_and_again(database_server, cluster, at_work, long):
    ended = 0
    with at_work(database_server, "terminated"):
        for _ in range(200 if long else 40):
            accept(database_server, 20)
            ended += cluster.terminate()
    assert ended > 0
