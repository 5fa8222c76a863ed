"""Callbacks of subscriptions, received by another program."""
import json
import socket

import pytest

from callbacks import Receiver, is_signed
from dcm import eventually


def subscribe(server, url, agent="listener", topic="x.news"):
    answer = server.post("/api/subscribe", {"agent_id": agent, "topic": topic, "callback_url": url})
    assert answer.status == 201, answer
    return answer.json


def broadcast(server, number, topic="x.news", **fields):
    body = {"from_agent": "speaker", "topic": topic, "content": {"number": number}, **fields}
    answer = server.post("/api/messages", body)
    assert answer.status == 201, answer
    return answer.json["message"]["id"]


def metric(server, name):
    for line in server.get("/metrics").body.decode().splitlines():
        if line.startswith(f"dcm_{name} "):
            return int(line.split()[1])
    raise AssertionError(name)


def test_broadcasts_are_posted_and_signed(server):
    with Receiver() as receiver:
        subscribed = subscribe(server, receiver.url("/hook?a=b"))
        # Neither another topic nor a message to somebody calls.
        broadcast(server, 0, topic="x.other")
        broadcast(server, 0, to_agent="somebody")
        ids = [broadcast(server, number) for number in range(3)]
        calls = receiver.wait(3)
        assert [path for path, _, _ in calls] == ["/hook?a=b"] * 3
        messages = [json.loads(body)["message"] for _, _, body in calls]
        assert [message["id"] for message in messages] == ids
        assert [message["content"]["number"] for message in messages] == [0, 1, 2]
        for _, headers, body in calls:
            assert is_signed(headers, body, subscribed["signing_key"])
            assert not is_signed(headers, body + b" ", subscribed["signing_key"])
            assert not is_signed(headers, body, "0" * 64)
            assert headers["X-DCM-Subscription"] == subscribed["subscription"]["id"]
            assert headers["X-DCM-Attempt"] == "1"
            assert headers["Host"] == f"127.0.0.1:{receiver.port}"
        assert [headers["X-DCM-Delivery"] for _, headers, _ in calls] == ids
        assert eventually(lambda: metric(server, "callbacks_delivered_total") == 3)


def test_the_key_survives_a_restart(make_server):
    with Receiver() as receiver:
        server = make_server().start()
        key = subscribe(server, receiver.url())["signing_key"]
        assert server.stop() == 0
        server.start()
        broadcast(server, 1)
        ((_, headers, body),) = receiver.wait(1)
        assert is_signed(headers, body, key)


def test_redirects_are_not_followed(server):
    with Receiver() as target, Receiver([302], {"Location": target.url("/elsewhere")}) as receiver:
        subscribe(server, receiver.url())
        broadcast(server, 1)
        broadcast(server, 2)
        # The second one shows that the first was given up without another attempt.
        calls = receiver.wait(2)
        assert [json.loads(body)["message"]["content"]["number"] for _, _, body in calls] == [1, 2]
        assert eventually(lambda: metric(server, "callbacks_failed_total") == 2)
        assert target.calls == []


def test_failures_are_tried_again(server):
    with Receiver([500, 503, 200]) as receiver:
        subscribe(server, receiver.url())
        broadcast(server, 1)
        calls = receiver.wait(3)
        assert [headers["X-DCM-Attempt"] for _, headers, _ in calls] == ["1", "2", "3"]
        assert len({body for _, _, body in calls}) == 1
        assert eventually(lambda: metric(server, "callbacks_delivered_total") == 1)
        assert metric(server, "callback_retries_total") == 2


def test_a_receiver_that_is_away_holds_up_nobody(server):
    with Receiver() as receiver:
        subscribe(server, "http://127.0.0.1:1/", agent="away")
        subscribe(server, receiver.url(), agent="here")
        for number in range(20):
            broadcast(server, number)
        receiver.wait(20)


def test_names_are_looked_up(server):
    with Receiver() as receiver:
        subscribe(server, receiver.url(host="localhost"))
        broadcast(server, 1)
        ((_, headers, _),) = receiver.wait(1)
        assert headers["Host"] == f"localhost:{receiver.port}"


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://[fe80::1]/", "http://0.0.0.0:1/", "https://localhost/", "file:///etc/passwd"])
def test_other_hosts_are_refused(server, url):
    answer = server.post("/api/subscribe", {"agent_id": "a", "topic": "x.news", "callback_url": url})
    assert answer.status == 400
    assert list(answer.json["details"]) == ["callback_url"]


def test_other_hosts_can_be_allowed(make_server):
    server = make_server("--callback-host", "10.0.0.1").start()
    assert server.post("/api/subscribe", {"agent_id": "a", "topic": "x.news", "callback_url": "http://10.0.0.1:1/"}).status == 201
    assert server.post("/api/subscribe", {"agent_id": "a", "topic": "x.news", "callback_url": "http://10.0.0.2:1/"}).status == 400


def test_no_proxy_is_used(make_server):
    with Receiver() as proxy, Receiver() as receiver:
        server = make_server(env={"http_proxy": proxy.url(""), "HTTP_PROXY": proxy.url(""), "ALL_PROXY": proxy.url("")}).start()
        subscribe(server, receiver.url())
        broadcast(server, 1)
        receiver.wait(1)
        assert proxy.calls == []


def test_unsubscribing_ends_the_calls(server):
    with Receiver() as receiver:
        subscribe(server, receiver.url(), agent="gone")
        subscribe(server, receiver.url("/kept"), agent="kept")
        assert server.post("/api/unsubscribe", {"agent_id": "gone", "topic": "x.news"}).status == 200
        broadcast(server, 1)
        broadcast(server, 2)
        assert [path for path, _, _ in receiver.wait(2)] == ["/kept", "/kept"]


def test_a_server_ends_while_a_receiver_says_nothing(make_server):
    server = make_server().start()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        subscribe(server, f"http://127.0.0.1:{silent.getsockname()[1]}/")
        broadcast(server, 1)
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(4) == b"POST"
            assert server.stop() == 0
