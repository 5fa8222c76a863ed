"""Another program holds the store's file: recording goes on, reads are refused in time, and the server ends as told."""
import concurrent.futures
import contextlib
import sqlite3

import pytest

from dcm import action, eventually

# The limit of a read is 2 s; a client that gives up after this time has been let down.
PATIENCE = 4


@contextlib.contextmanager
def locked(server):
    connection = sqlite3.connect(server.data / "store.db", isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()


@pytest.fixture
def busy(server):
    server.post("/api/actions", action("Before", session_id="s"))
    assert len(server.actions()) == 1
    with locked(server):
        assert server.post("/api/actions", action("Meanwhile", session_id="s")).status == 201
        yield server


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/api/actions"), ("GET", "/stats"), ("DELETE", "/api/actions/by-session/s")],
)
def test_reads_and_deletions_are_refused_in_time(busy, method, path):
    answer = busy.request(method, path, timeout=PATIENCE)
    assert answer.status == 503 and int(answer.headers["retry-after"]) >= 1


def test_a_stale_read_says_what_it_lacks(busy):
    answer = busy.get("/api/actions?stale=1")
    assert answer.json["count"] == 1 and answer.json["behind"]["records"] == 1


def test_health_tells(busy):
    eventually(lambda: busy.get("/health").json["status"] == "degraded")
    assert busy.get("/health").json["journal"]["backlog"] == 1


def test_records_get_through_afterwards(server):
    with locked(server):
        for _ in range(10):
            assert server.post("/api/actions", action("Meanwhile")).status == 201
    eventually(lambda: server.get("/api/actions").status == 200)
    assert len(server.actions()) == 10


def test_the_server_ends_with_answers_for_who_waits(make_server):
    server = make_server().start()
    with locked(server):
        server.post("/api/actions", action("Meanwhile"))
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(server.get, "/api/actions") for _ in range(8)]
            eventually(lambda: "dcm_connections " in server.get("/metrics").body.decode())
            server.signal(15)
            assert {each.result().status for each in waiting} == {503}
        assert server.wait(15) == 0
    server.start()
    assert len(server.actions()) == 1
