"""dcm start, status, logs, stop, and publish and subscribe in two processes."""
import json
import subprocess
import urllib.request

import pytest

from bus_client import bus_client
from dcm import Server, environment, eventually


@pytest.fixture
def dcm(binary, tmp_path):
    def run(*arguments, env=None, seconds=30):
        return subprocess.run(
            [str(binary), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
            env=environment(env),
        )

    return run


@pytest.fixture
def background(dcm, binary, tmp_path):
    """A folder and ports for `dcm start`; stopped at the end."""
    place = Server(binary, tmp_path / "background")
    env = {"PORT": str(place.port), "WS_PORT": str(place.ws_port)}
    place.run = lambda *arguments: dcm(*arguments, "--data", str(place.data), env=env)
    yield place
    place.run("stop")


def test_start_status_logs_stop(background):
    status = background.run("status")
    assert status.returncode != 0
    started = background.run("start")
    assert started.returncode == 0, started.stderr
    # `start` returns when the server answers, so the first request needs no patience.
    assert background.health(background.port) == background.health(background.ws_port) == 200
    status = background.run("status")
    assert status.returncode == 0 and str(background.port) in status.stdout
    again = background.run("start")
    assert again.returncode != 0 and len(again.stderr.strip().splitlines()) == 1
    logs = background.run("logs")
    assert logs.returncode == 0 and str(background.port) in logs.stdout
    stopped = background.run("stop")
    assert stopped.returncode == 0, stopped.stderr
    # `stop` returns when the server has ended.
    with pytest.raises(ConnectionError):
        background.health(background.port)
    assert background.run("status").returncode != 0
    assert background.run("stop").returncode != 0


def test_start_that_fails_says_why(background, make_server):
    make_server(data=background.data).start()
    failed = background.run("start")
    assert failed.returncode != 0 and str(background.data) in failed.stderr


def subscriber(binary, server, *arguments):
    return subprocess.Popen(
        [str(binary), "subscribe", *arguments, "--url", server.ws_url],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )


def publish_until_ended(dcm, server, process, *arguments):
    """Publishes until the subscriber, which may still be connecting, has seen enough and ended."""

    def publish():
        published = dcm("publish", *arguments, "--url", server.ws_url)
        assert published.returncode == 0, published.stderr
        return process.poll() is not None

    assert eventually(publish, 20), "the subscriber saw nothing"
    return process.communicate()


def test_publish_and_subscribe_as_json(dcm, binary, server):
    process = subscriber(binary, server, "topics/*", "--json", "--count", "1")
    data = '{"text":"hällo \\"x\\"","n":[1,null]}'
    out, err = publish_until_ended(dcm, server, process, "topics/cli", "build.done", data)
    assert process.returncode == 0, err
    (line,) = out.splitlines()
    message = json.loads(line)
    assert message["channel"] == "topics/cli" and message["event"] == "build.done"
    assert message["data"] == json.loads(data)


def test_subscribe_for_people_is_one_line_each(dcm, binary, server):
    process = subscriber(binary, server, "topics/cli", "--count", "2")
    out, _ = publish_until_ended(dcm, server, process, "topics/cli", "build.done", '{"text":"two\\nlines"}')
    lines = out.splitlines()
    assert len(lines) == 2
    assert all("topics/cli" in line and "build.done" in line for line in lines)


def test_publish_reaches_other_clients(dcm, server):
    with bus_client(server) as listener:
        listener.subscribe("topics/cli")
        assert dcm("publish", "topics/cli", "e", "[1]", "--url", server.ws_url).returncode == 0
        assert listener.event("e")["data"] == [1]


def test_subscriber_ends_with_the_server(dcm, binary, server, make_server):
    other = make_server()
    other.data = other.data.with_name("other")
    other.start()
    process = subscriber(binary, other, "topics/>", "--json", "--count", "1000000")
    assert other.process.poll() is None

    def published():
        dcm("publish", "topics/x", "e", "1", "--url", other.ws_url)
        return connected(other) >= 1

    assert eventually(published)
    other.stop()
    _, err = process.communicate(timeout=20)
    assert process.returncode != 0 and "1001" in err.strip().splitlines()[-1], err


def connected(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.ws_port}/health", timeout=10) as response:
        return json.load(response)["connectedClients"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("publish", "topics/x", "e", "{broken"),
        ("publish", "agents/a", "message.new", "{}"),
        ("publish", "global", "no.such.event", "{}"),
        ("publish", "no channel", "e", "{}"),
        ("subscribe", "agents/someone"),
    ],
)
def test_refusals_say_why(dcm, server, arguments):
    result = dcm(*arguments, "--url", server.ws_url)
    assert result.returncode != 0
    sentence = result.stderr.strip().splitlines()[0]
    assert sentence.startswith("Error: ") and sentence.endswith("."), result.stderr
    assert result.stdout == ""


def test_no_server(dcm):
    result = dcm("publish", "topics/x", "e", "{}", "--url", "ws://127.0.0.1:1/")
    assert result.returncode != 0 and len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_version_and_help(dcm):
    assert dcm("--version").returncode == 0
    text = dcm("--help").stdout
    for command in ("serve", "start", "stop", "status", "logs", "publish", "subscribe"):
        assert command in text
