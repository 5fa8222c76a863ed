"""Messages between agents: durable before the 201, offered until they are acknowledged."""
import uuid

import pytest

from bus_client import bus_client
from dcm import eventually


@pytest.fixture(params=["sqlite", "postgres"])
def make_mail_server(request, make_server):
    """Makes servers with short waits, on each of the stores."""

    def make(*arguments, **options):
        if request.param == "postgres":
            arguments = ("--database", request.getfixturevalue("cluster").url(), *arguments)
        return make_server("--redelivery-wait", "200", *arguments, **options)

    return make


@pytest.fixture
def mail_server(make_mail_server):
    server = make_mail_server().start()
    yield server
    assert server.process is None or server.process.poll() is None, f"the server has ended:\n{server.log()}"


def send(server, to, sender="alice", **fields):
    body = {"from_agent": sender, "to_agent": to, "topic": "context.request", "content": {"n": 1}, **fields}
    answer = server.post("/api/messages", body)
    assert answer.status == 201, answer
    return answer.json["message"]["id"]


def state(server, message, agent="bob"):
    answer = server.get(f"/api/messages/{message}/state")
    assert answer.status == 200, answer
    items = {item["agent_id"]: item for item in answer.json["items"]}
    return items.get(agent, {}).get("state")


def acknowledge(client, message):
    answer = client.request("ack", message_id=message)
    assert answer["success"], answer


def test_a_message_waits_for_its_agent(mail_server):
    answer = mail_server.post(
        "/api/messages",
        {"from_agent": "alice", "to_agent": "bob", "topic": "x.greeting", "content": "hello", "thread_id": "t1"},
    )
    assert answer.status == 201, answer
    assert answer.json["known"] is False
    message = answer.json["message"]
    assert message["to_agent"] == "bob" and message["is_broadcast"] is False
    assert state(mail_server, message["id"]) == "stored"
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        event = bob.event("message.new")
        assert event["channel"] == "agents/bob" and event["id"] == message["id"]
        assert event["sender"] == "alice" and event["verified"] is False
        data = event["data"]
        assert data["content"] == {"message": "hello"} and data["thread_id"] == "t1" and data["attempt"] == 1
        assert eventually(lambda: state(mail_server, message["id"]) == "offered")
        acknowledge(bob, message["id"])
        assert state(mail_server, message["id"]) == "acknowledged"
    assert mail_server.post("/api/messages", {**BODY, "to_agent": "bob"}).json["known"] is True


BODY = {"from_agent": "alice", "topic": "context.request", "content": {}}
