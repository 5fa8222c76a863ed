"""Sending messages over REST and taking them over WebSocket."""
from dcm import eventually

# Milliseconds between two offers, in servers that don't say otherwise.
WAIT = 200


def body(to, sender="alice", **fields):
    return {"from_agent": sender, "to_agent": to, "topic": "context.request", "content": {"n": 1}, **fields}


def send(server, to, sender="alice", **fields):
    answer = server.post("/api/messages", body(to, sender, **fields))
    assert answer.status == 201, answer
    return answer.json["message"]["id"]


def get(server, path):
    """What the store says; on a machine that has much else to do it may ask for patience."""
    answer = eventually(lambda: (answer := server.get(path)).status != 503 and answer, 30)
    assert answer and answer.status == 200, answer
    return answer


def item(server, message, agent="bob"):
    answer = get(server, f"/api/messages/{message}/state")
    return next((item for item in answer.json["items"] if item["agent_id"] == agent), {})


def state(server, message, agent="bob"):
    return item(server, message, agent).get("state")


def acknowledge(client, message):
    answer = client.request("ack", message_id=message)
    assert answer["success"], answer


def acknowledge_all(client, messages):
    for message in messages:
        acknowledge(client, message)


def receive(client, count, wanted=None, seconds=15):
    """The ids of the next messages that weren't seen yet; those of `wanted` only if it is given."""
    found = []
    while len(found) < count:
        id = client.event("message.new", seconds)["data"]["id"]
        if id not in found and (wanted is None or id in wanted):
            found.append(id)
    return found
