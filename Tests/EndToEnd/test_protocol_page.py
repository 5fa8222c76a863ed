"""The examples of docs/protocol.md are what this server says."""
import json
import re

import pytest

from bus_client import bus_client

EXAMPLE = re.compile(r"```json (client|server)\n(.*?)\n```", re.S)


def examples(root):
    text = (root / "docs/protocol.md").read_text()
    found = [(who, json.loads(body)) for who, body in EXAMPLE.findall(text)]
    assert len(found) > 20
    return found


def shape(message):
    """Names and kinds; what the reader can't know in advance may differ, what decides may not."""
    fixed = ("type", "id", "success", "error", "code", "recovered")
    return {key: value if key in fixed else type(value).__name__ for key, value in message.items()}


def test_examples(server, root):
    found = examples(root)
    with bus_client(server) as client:
        assert shape(client.connected).keys() == shape(found[0][1]).keys()
        for index, (who, message) in enumerate(found):
            if who != "client":
                continue
            client.send(**message)
            follower = found[index + 1] if index + 1 < len(found) else ("client", {})
            if follower[0] == "server" and follower[1].get("id") == message.get("id") and message["type"] != "pong":
                answer = client.receive_until(lambda each: each.get("type") not in ("event", "ping"))
                assert shape(answer) == shape(follower[1]), message
        client.send(type="ping")
        assert client.receive_until(lambda each: each.get("type") != "event")["type"] == "pong", "nothing was left over"


@pytest.mark.parametrize("name", ["auth", "subscribe", "unsubscribe", "publish", "request", "reply", "ack", "ping", "pong"])
def test_every_message_has_an_example(root, name):
    assert any(who == "client" and message["type"] == name for who, message in examples(root))
