"""Starting, refusing to start, and ending."""
import concurrent.futures
import contextlib
import json
import os
import signal
import socket
import sqlite3
import stat

import pytest
import websockets

from bus_client import BusClient
from dcm import action


def refusal(server, **options):
    """Runs a server that must refuse to start; returns the sentence it says."""
    code, _, stderr = server.run_to_end(**options)
    assert code > 0, (code, stderr)
    lines = stderr.strip().splitlines()
    assert len(lines) == 1, f"one sentence expected:\n{stderr}"
    assert "Fatal" not in stderr and "Swift/" not in stderr
    return lines[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_drain(make_server, number):
    server = make_server().start()
    client = BusClient(server.ws_url)
    body = json.dumps(action("Accepted")).encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(
            b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )
        # With this answer the server has accepted the request.
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        server.signal(number)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            while True:
                client.receive()
        assert closed.value.rcvd.code == 1001
        connection.sendall(body)
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 201"), answer
    assert server.wait() == 0
    server.start()
    assert [each["tool_name"] for each in server.actions()] == ["Accepted"]
    assert server.stop() == 0


def test_drain_answers_what_came_over_websocket(make_server):
    server = make_server().start()
    client = BusClient(server.ws_url + "?global=0")
    client.authenticate("alice")
    # These wait for a disk that is written to after a while,
    for number in range(1, 21):
        client.send(type="publish", id=number, channel="topics/x", event="x.y", data=number, durable=True)
    # and these for one that is written to at once.
    for number in range(21, 321):
        client.send(type="message", id=number, to_agent="bob", topic="x.note", content={"number": number})
    client.send(type="ping")
    client.receive_until(lambda message: message.get("type") == "pong")
    # It has seen all of them.
    server.signal(signal.SIGTERM)
    answers = {}
    with pytest.raises(websockets.ConnectionClosed) as closed:
        while True:
            message = client.receive()
            if message.get("type") == "ack":
                answers[message["id"]] = message["success"]
    assert answers == dict.fromkeys(range(1, 321), True)
    assert closed.value.rcvd.code == 1001
    assert server.wait() == 0
    server.start()
    assert len(server.get("/api/messages/bob?limit=1000").json["messages"]) == 300
    assert server.stop() == 0


def test_drain_does_not_wait_for_replies(make_server):
    """Whoever could reply has been told to go."""
    server = make_server().start()
    client = BusClient(server.ws_url + "?global=0")
    client.subscribe("topics/silent")
    body = {"event": "x.question", "data": 1, "timeout_ms": 600_000}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answer = pool.submit(server.post, "/api/channels/topics%2Fsilent/request", body)
        # It has asked, and nobody answers.
        client.event("x.question")
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        assert answer.result().status == 504, answer.result()


def test_one_line_per_port(make_server):
    server = make_server().start()
    assert server.stop() == 0
    lines = server.log().splitlines()
    for port in (server.port, server.ws_port):
        assert len([line for line in lines if f":{port}" in line]) == 1, server.log()


@pytest.mark.parametrize("which", ["port", "ws_port"])
def test_port_in_use(make_server, tmp_path, which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = make_server()
        setattr(server, which, taken.getsockname()[1])
        assert str(taken.getsockname()[1]) in refusal(server)


def test_data_folder_in_use(make_server):
    first = make_server().start()
    assert str(first.data) in refusal(make_server())
    assert first.get("/health").status == 200
    # kill -9 leaves no lock behind.
    first.kill()
    make_server().start()


def test_file_in_place_of_the_data_folder(make_server, tmp_path):
    (tmp_path / "data").write_text("a file")
    sentence = refusal(make_server())
    assert str(tmp_path / "data") in sentence and "it is a file" in sentence


def test_unwritable_data_folder(make_server, tmp_path):
    """/proc refuses new folders even to root."""
    from pathlib import Path

    server = make_server()
    server.data = Path("/proc/dcm")
    assert "/proc/dcm" in refusal(server)


def test_newer_schema(make_server):
    server = make_server().start()
    server.post("/api/actions", action())
    assert server.stop() == 0
    with contextlib.closing(sqlite3.connect(server.data / "store.db")) as store, store:
        store.execute("INSERT INTO schema_version VALUES (999999, 0)")
    assert "999999" in refusal(server)


@pytest.mark.parametrize("name", ["store.db", "journal.db"])
def test_broken_file(make_server, name):
    server = make_server().start()
    assert server.stop() == 0
    (server.data / name).write_bytes(b"SQLite format 3\x00" + b"garbage " * 1000)
    assert name in refusal(server)


@pytest.mark.parametrize("env", [{"DATABASE_URL": "postgres://127.0.0.1:1/x"}, {"DB_HOST": "127.0.0.1", "DB_PORT": "1"}])
def test_database_variables_choose_postgresql(make_server, env):
    # Nobody listens there: the server runs all the same, and the journal keeps what it is told.
    server = make_server(env=env).start()
    assert json.loads(server.get("/health").body)["status"] == "degraded"


def test_bad_database_url_is_not_shown(make_server):
    assert "s3cret" not in refusal(make_server("--database", "postgres://u:s3cret@h:x/%zz"))


def test_host_that_is_no_address_is_ignored_with_a_warning(make_server):
    server = make_server(env={"HOST": "some-laptop.local"}).start()
    assert "some-laptop.local" in server.log()


def test_host_is_compared_without_case(make_server):
    server = make_server(env={"HOST": "LOCALHOST"}).start()
    assert "HOST" not in server.log()
    assert server.stop() == 0
    server = make_server("--host", "LocalHost").start()
    assert server.get("/health").status == 200


def test_empty_data_folder_is_refused(make_server, tmp_path):
    server = make_server(cwd=tmp_path)
    server.data = ""
    server.log_path = tmp_path / "log"
    assert "--data" in refusal(server)
    assert not list(tmp_path.glob("*.db"))


def test_bind_beyond_loopback_needs_a_secret(make_server):
    server = make_server("--host", "0.0.0.0")
    assert "WS_AUTH_SECRET" in refusal(server)


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--port", "x"], ["--loops", "0"], ["--nonsense"]])
def test_wrong_options(make_server, arguments):
    code, _, stderr = make_server(*arguments).run_to_end()
    assert code > 0 and stderr.strip()


def test_ports_from_the_environment(make_server, binary):
    server = make_server()
    server.env.update(PORT=str(server.port), WS_PORT=str(server.ws_port))
    server.command = lambda: [str(binary), "serve", "--data", str(server.data)]
    server.start()


def test_data_folder_is_private(make_server):
    server = make_server().start()
    server.post("/api/actions", action())
    for path in [server.data, *server.data.rglob("*")]:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_more_loops(make_server):
    server = make_server("--loops", "3").start()
    clients = [BusClient(server.ws_url + "?global=0") for _ in range(12)]
    for client in clients:
        client.subscribe("topics/all")
    for number, client in enumerate(clients):
        client.publish("topics/all", "n", number)
    for client in clients:
        assert sorted(client.event("n")["data"] for _ in clients) == list(range(len(clients)))
        client.close()
    assert server.stop() == 0
