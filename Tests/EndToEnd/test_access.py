"""A server beyond loopback, as its users meet it."""
import json
import socket
import subprocess

import pytest
import websockets

from bus_client import BusClient, bus_client
from dcm import action, environment

SECRET = 'a "long" \\secret\\ of tests'


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def open_server(make_server):
    server = make_server("--host", "0.0.0.0", env={"WS_AUTH_SECRET": SECRET})
    return server.start()


@pytest.fixture
def token(open_server):
    answer = open_server.post("/api/auth/token", {"agent_id": "builder"}, bearer(SECRET))
    assert answer.status == 200, answer
    return answer.json["token"]


@pytest.fixture
def dcm(binary, open_server):
    def run(*arguments, **env):
        return subprocess.run(
            [str(binary), *arguments, "--data", str(open_server.data)], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=30, env=environment(env),
        )

    return run


def own_address():
    """An address of this machine beyond loopback; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has loopback only")
        return probe.getsockname()[0]


def test_rest_needs_credentials(open_server, token):
    for headers in (None, bearer("x"), bearer(token + "x")):
        answer = open_server.post("/api/actions", action(), headers)
        assert answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer" and answer.json["error"]
    assert open_server.get("/health").status == 200
    for headers in (bearer(token), bearer(SECRET)):
        assert open_server.post("/api/actions", action(), headers).status == 201
    assert open_server.get("/api/actions", bearer(token)).json["count"] == 2


def test_websocket_needs_credentials(open_server, token):
    with bus_client(open_server, query="") as stranger, bus_client(open_server) as agent:
        for request in ({"type": "subscribe"}, {"type": "publish", "event": "system.info", "data": 1}):
            answer = stranger.request(request.pop("type"), channel="global", **request)
            assert not answer["success"] and "auth" in answer["error"]
        assert agent.request("auth", token=token)["success"]
        agent.subscribe("global")
        agent.publish("global", "system.info", 1)
        assert agent.event("system.info")["sender"] == "builder"
        # The stranger heard nothing of it, and hears it once it is somebody.
        assert not stranger.kept
        assert stranger.request("auth", token=token)["success"]
        agent.publish("global", "system.info", 2)
        assert stranger.event("system.info")["data"] == 2


def test_upgrade_with_credentials(open_server, token):
    client = BusClient(open_server.ws_url, additional_headers=bearer(token))
    assert client.event("agent.connected")["data"]["agent_id"] == "builder"
    client.close()
    with pytest.raises(websockets.InvalidStatus) as refused:
        BusClient(open_server.ws_url, additional_headers=bearer("x"))
    assert refused.value.response.status_code == 401


def test_own_address_is_a_good_host(open_server, token):
    address = own_address()
    for port in (open_server.port, open_server.ws_port):
        with socket.create_connection((address, port), timeout=20) as connection:
            for host, status in ((f"{address}:{port}", b"200"), ("evil.example", b"421"), ("0.0.0.0", b"421")):
                connection.sendall(f"GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                assert connection.recv(65536).split()[1] == status, host
    client = BusClient(f"ws://{address}:{open_server.ws_port}/", additional_headers=bearer(token))
    client.close()


def test_development_mode_is_for_loopback(make_server):
    server = make_server("--host", "0.0.0.0", "--dev-auth", env={"WS_AUTH_SECRET": SECRET})
    code, _, stderr = server.run_to_end()
    assert code > 0 and "--dev-auth" in stderr and len(stderr.strip().splitlines()) == 1


def test_commands_take_a_token(dcm, open_server, token):
    refused = dcm("publish", "topics/x", "x.y", "1")
    assert refused.returncode != 0 and "Authentication required" in refused.stderr
    with bus_client(open_server) as listener:
        assert listener.request("auth", token=token)["success"]
        listener.subscribe("topics/x")
        assert dcm("publish", "topics/x", "x.y", "1", "--token", token).returncode == 0
        assert listener.event("x.y")["sender"] == "builder"
        assert dcm("publish", "topics/x", "x.z", "1", "--agent", "boss", DCM_TOKEN=SECRET).returncode == 0
        assert listener.event("x.z")["sender"] == "boss"
    assert dcm("status", "--token", token).returncode == 0
    assert dcm("status").returncode == 0
    broken = dcm("status", "--token", "a\r\nX: y")
    assert broken.returncode != 0 and "Error: " in broken.stderr


def test_hook_sends_the_token(open_server, root, token):
    report = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": {"command": "ls"}}

    def run(stdin, **env):
        env = {"CONTEXT_MANAGER_URL": open_server.url, "DEBUG_ROUTING": "1", **env}
        return subprocess.run(
            ["sh", str(root / "hooks/track-usage.sh")], input=stdin, capture_output=True, text=True, timeout=30,
            env=environment(env),
        ).stderr

    assert "answered 401" in run(json.dumps(report))
    assert "answered 200" in run(json.dumps(report), DCM_TOKEN=token)
    # Characters that mean something to curl or the shell.
    assert "answered 200" in run("", TOOL_NAME="Edit", DCM_TOKEN=SECRET)
    actions = open_server.get("/api/actions", bearer(token)).json["actions"]
    assert sorted(each["tool_name"] for each in actions) == ["Bash", "Edit"]
