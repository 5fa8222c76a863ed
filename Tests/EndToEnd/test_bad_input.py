"""Bad input gets the documented answer, and the server goes on."""
import json
import socket

import pytest

from dcm import Connection, action, eventually


@pytest.fixture
def still_works(server):
    yield
    assert server.post("/api/actions", action("StillHere")).status == 201
    assert [each["tool_name"] for each in server.actions()][0] == "StillHere"


pytestmark = pytest.mark.usefixtures("still_works")


def raw(server, request, port=None, half_close=False):
    """Sends bytes as they are and returns everything until the server closes."""
    with socket.create_connection(("127.0.0.1", port or server.port), timeout=30) as connection:
        try:
            connection.sendall(request)
        except ConnectionError:
            # The server may refuse and close before it has read everything; its answer is still to be read.
            pass
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            pass
        return received


def status(answer):
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    return int(answer[9:12])


@pytest.mark.parametrize(
    "body",
    ["", "{", "[", '{"tool_name":', "nonsense", "'", '{"a":1,}', '{"a":01}', "\x00", '"\\ud800"x', "[" * 100_000],
)
def test_malformed_json(server, body):
    answer = server.post("/api/actions", body)
    assert answer.status == 400, answer
    assert answer.json["error"]


def test_invalid_utf8(server):
    answer = server.post("/api/actions", b'{"tool_name":"\xff\xfe","tool_type":"builtin"}')
    assert answer.status == 400, answer


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tool_name", 7),
        ("tool_name", ""),
        ("tool_name", None),
        ("tool_name", ["x"]),
        ("tool_type", "robot"),
        ("tool_type", 1),
        ("input", {"a": 1}),
        ("output", 5),
        ("exit_code", "0"),
        ("exit_code", 1.5),
        ("exit_code", 1e300),
        ("duration_ms", -1),
        ("duration_ms", True),
        ("file_paths", "a"),
        ("file_paths", [1]),
        ("subtask_id", "not-a-uuid"),
        ("session_id", 12),
        ("project_path", {}),
    ],
)
def test_wrong_type_names_the_field(server, field, value):
    answer = server.post("/api/actions", {**action(), field: value})
    assert answer.status == 400, answer
    assert answer.json["error"] == "Validation failed"
    assert list(answer.json["details"]) == [field]
    assert all(isinstance(text, str) and text for text in answer.json["details"][field])


@pytest.mark.parametrize("body", [[], 1, "text", None, True])
def test_body_that_is_no_object(server, body):
    assert server.post("/api/actions", json.dumps(body)).status == 400


def test_every_wrong_field_is_named(server):
    answer = server.post("/api/actions", {"tool_type": "robot", "exit_code": "x"})
    assert set(answer.json["details"]) == {"tool_name", "tool_type", "exit_code"}


def test_unknown_fields_are_dropped(server):
    answer = server.post("/api/actions", action("Bash", surprise={"deep": [1]}, tool_input="x"))
    assert answer.status == 201 and "surprise" not in answer.json["action"]


def test_null_means_absent(server):
    optional = ("input", "output", "exit_code", "duration_ms", "file_paths", "subtask_id", "session_id", "project_path")
    answer = server.post("/api/actions", action("Bash", **dict.fromkeys(optional)))
    assert answer.status == 201, answer
    (stored,) = server.actions()
    assert stored["exit_code"] == 0 and stored["duration_ms"] is None and stored["file_paths"] == []


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "offset=x", "offset=-5", "limit=99999999999999999999"])
def test_bad_paging(server, query):
    assert server.get(f"/api/actions?{query}").status == 400


def test_bad_id(server):
    assert server.request("DELETE", "/api/actions/not-a-uuid").status == 400


def test_body_of_20_megabytes(server):
    answer = server.post("/api/actions", action(input="x" * 20_000_000))
    assert answer.status == 413 and answer.json["error"]


def test_chunked_body_of_20_megabytes(server):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert status(raw(server, head + chunk * 320 + b"0\r\n\r\n")) == 413


def test_10000_headers(server):
    for port in (server.port, server.ws_port):
        lines = b"".join(b"X-%d: y\r\n" % number for number in range(10_000))
        assert status(raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n", port)) == 431


def test_one_endless_header(server):
    for port in (server.port, server.ws_port):
        answer = raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 1_000_000, port)
        assert status(answer) == 431


def test_long_target(server):
    assert status(raw(server, b"GET /" + b"x" * 1_000_000)) in (414, 431)


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +4\r\n\r\nabcd",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\nHost: localhost\n\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_ambiguous_requests_are_refused(server, head):
    for port in (server.port, server.ws_port):
        assert status(raw(server, head, port, half_close=True)) == 400


def test_bad_chunk_size_is_refused(server):
    head = b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    for size in (b"0x4", b"+4", b"4 ", b"-1", b"", b"fffffffffffffffff"):
        answer = raw(server, head + size + b"\r\nabcd\r\n0\r\n\r\n", half_close=True)
        assert status(answer) in (400, 413), size


def test_other_versions(server):
    assert status(raw(server, b"GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n", half_close=True)) == 505


def test_pipelining_and_expect(server):
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = b"HEAD /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = raw(server, request * 100 + last)
    assert answer.count(b"HTTP/1.1 200") == 101
    body = json.dumps(action()).encode()
    head = b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 201")


@pytest.mark.parametrize(
    "start",
    [
        b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
        b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        b"POST /api/actions HTTP/1.1\r\nHost: loc",
    ],
)
def test_request_that_never_ends(make_server, start):
    quick = make_server(env={"DCM_REQUEST_TIMEOUT_MS": "500"})
    quick.data = quick.data.with_name("quick")
    quick.start()
    assert status(raw(quick, start)) == 408
    assert quick.get("/health").status == 200


def test_one_byte_every_now_and_then_is_no_life(make_server):
    """The limit is on the whole request: a trickle doesn't put it off."""
    quick = make_server(env={"DCM_REQUEST_TIMEOUT_MS": "500"})
    quick.data = quick.data.with_name("quick")
    quick.start()
    with socket.create_connection(("127.0.0.1", quick.port), timeout=0.05) as connection:
        connection.sendall(b"POST /api/actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")

        def trickle():
            try:
                connection.sendall(b" ")
                return connection.recv(1000)
            except TimeoutError:
                return b""
            except ConnectionError:
                return b"closed"

        answer = eventually(trickle, seconds=10)
    assert answer.startswith(b"HTTP/1.1 408"), answer


def test_connection_is_kept_after_a_refused_body(server):
    connection = Connection(server.port)
    assert connection.request("POST", "/api/actions", "{").status == 400
    assert connection.request("POST", "/api/actions", action()).status == 201
    assert connection.request("GET", "/nothing").status == 404
    assert connection.request("GET", "/health").status == 200
    connection.close()
