"""Nobody walks in: foreign Origin and Host are refused on both ports."""
import pytest
import websockets

from bus_client import BusClient
from dcm import Connection, action

REFUSED = {400, 403, 421}


def ask(port, method="GET", path="/health", body=None, **headers):
    connection = Connection(port)
    try:
        return connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    finally:
        connection.close()


FOREIGN_ORIGINS = [
    "http://evil.example",
    "null",
    "http://127.0.0.1.evil.example",
    "http://localhost:9999",
    "https://localhost:3848",
    "http://localhost:38480",
    "file://",
    "",
]
FOREIGN_HOSTS = ["evil.example", "evil.example:3847", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example"]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_foreign_origin(server, origin):
    for port in (server.port, server.ws_port):
        answer = ask(port, Origin=origin)
        assert answer.status in REFUSED, answer
        assert answer.headers.get("Access-Control-Allow-Origin") is None
    assert ask(server.port, "POST", "/api/actions", action(), Origin=origin).status in REFUSED
    preflight = ask(server.port, "OPTIONS", "/api/actions", Origin=origin, Access_Control_Request_Method="POST")
    assert preflight.status in REFUSED
    assert server.actions() == []
    with pytest.raises(websockets.InvalidStatus) as refused:
        BusClient(server.ws_url, additional_headers={"Origin": origin})
    assert refused.value.response.status_code in REFUSED


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_foreign_host(server, host):
    for port in (server.port, server.ws_port):
        assert ask(port, Host=host).status in REFUSED
    assert ask(server.port, "POST", "/api/actions", action(), Host=host).status in REFUSED
    assert server.actions() == []


def test_own_names_are_served(server):
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        assert ask(server.port, Host=f"{name}:{server.port}").status == 200, name
        assert ask(server.ws_port, Host=f"{name}:{server.ws_port}").status == 200, name


@pytest.mark.parametrize("origin", ["http://localhost:3848", "http://127.0.0.1:3848", None])
def test_allowed_origins(server, origin):
    origin = origin or server.url
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for method, headers in (("GET", {}), ("OPTIONS", preflight)):
        answer = ask(server.port, method, Origin=origin, **headers)
        assert answer.status in (200, 204)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "origin" in answer.headers.get("Vary", "").lower()
    BusClient(server.ws_url, origin=origin).close()


def test_no_origin_gets_no_allowance(server):
    assert server.get("/health").headers.get("Access-Control-Allow-Origin") is None
