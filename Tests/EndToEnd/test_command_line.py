"""dcm start, status, logs, stop, and publish and subscribe in two processes."""
import concurrent.futures
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


@pytest.fixture
def own_folder(tmp_path):
    """An environment in which the default data folder is that of a test."""
    return {"XDG_DATA_HOME": str(tmp_path)}


def test_the_server_of_the_data_folder_is_found(dcm, make_server, tmp_path, own_folder):
    server = make_server(data=tmp_path / "dcm").start()
    with bus_client(server) as listener:
        listener.subscribe("topics/x")
        ways = [
            (["--data", str(server.data)], {}),
            ([], own_folder),
            (["--ws-port", str(server.ws_port)], {"XDG_DATA_HOME": "/nowhere"}),
            (["--host", "LOCALHOST", "--ws-port", str(server.ws_port)], {"CONTEXT_MANAGER_WS_URL": "ws://127.0.0.1:1"}),
            (["--url", server.ws_url, "--ws-port", "1", "--data", str(tmp_path / "none")], {}),
            ([], {"CONTEXT_MANAGER_WS_URL": server.ws_url}),
        ]
        for number, (arguments, env) in enumerate(ways):
            result = dcm("publish", "topics/x", "e", str(number), *arguments, env=env)
            assert result.returncode == 0, (arguments, result.stderr)
            assert listener.event("e")["data"] == number
    result = dcm("publish", "topics/x", "e", "1", "--data", str(tmp_path / "none"))
    assert result.returncode == 1 and str(tmp_path / "none") in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("data", ["{broken", "", "-"])
def test_bad_json_is_a_wrong_argument(dcm, data):
    # Standard input is empty, which is no JSON either.
    result = dcm("publish", "topics/x", "e", data)
    assert result.returncode == 64
    lines = result.stderr.splitlines()
    assert lines[0].startswith("Error: The data is no JSON") and lines[0].endswith(".")
    assert lines[1].startswith("Usage: dcm publish <channel> <event>"), result.stderr


def test_errors_name_what_the_user_typed(dcm):
    for url in ("ws://127.0.0.1:1", "ws://127.0.0.1:1/", "http://x", "ws://127.0.0.1:1/?a=b"):
        for command in (("subscribe", "topics/x"), ("publish", "topics/x", "e", "1")):
            result = dcm(*command, "--url", url)
            assert result.returncode == 1 and "global=0" not in result.stderr
            assert url in result.stderr


def test_data_is_printed_as_it_came(dcm, binary, server):
    process = subscriber(binary, server, "topics/cli", "--count", "1")
    data = '{"z":1.0,"a":1e2,\n "big":12345678901234567890,"u":"\\u00e9/\\/"}'
    out, _ = publish_until_ended(dcm, server, process, "topics/cli", "build.done", data)
    (line,) = out.splitlines()
    assert line.endswith(" topics/cli build.done " + data.replace("\n", " "))


def test_no_server(dcm):
    result = dcm("publish", "topics/x", "e", "{}", "--url", "ws://127.0.0.1:1/")
    assert result.returncode != 0 and len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_version_and_help(dcm):
    assert dcm("--version").returncode == 0
    text = dcm("--help").stdout
    for command in ("serve", "start", "stop", "status", "logs", "publish", "subscribe"):
        assert command in text


def test_request_prints_the_reply(dcm, server):
    with bus_client(server) as responder:
        responder.subscribe("topics/ask")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            asking = pool.submit(dcm, "request", "topics/ask", "q", '{"n":1}', "--url", server.ws_url)
            question = responder.event("q")
            responder.send(type="reply", reply_to=question["reply_to"], data={"n": 2})
            result = asking.result()
        assert (result.returncode, result.stdout.strip()) == (0, '{"n": 2}')
    result = dcm("request", "topics/nobody", "q", "--url", server.ws_url)
    assert result.returncode == 1 and "Nobody listens" in result.stderr


def test_subscriber_resumes(binary, make_server):
    server = make_server().start()
    process = subscriber(binary, server, "topics/cli", "--json", "--count", "3", "--reconnect")
    with bus_client(server) as publisher:
        assert "Listening to topics/cli at 0@" in process.stderr.readline()
        publisher.publish("topics/cli", "n", 1)
        assert json.loads(process.stdout.readline())["data"] == 1
    assert server.stop() == 0
    server.start()
    with bus_client(server) as publisher:
        publisher.publish("topics/cli", "n", 2)
        publisher.publish("topics/cli", "n", 3)
    output, errors = process.communicate(timeout=30)
    assert [json.loads(line)["data"] for line in output.splitlines()] == [2, 3], errors
    assert process.returncode == 0
