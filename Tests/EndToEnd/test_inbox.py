"""Messages between agents: durable before the 201, offered until they are acknowledged."""
import uuid

import pytest

from bus_client import bus_client
from dcm import Connection, eventually
from mail import WAIT, acknowledge, acknowledge_all, body, get, item, receive, send, state

def test_a_message_waits_for_its_agent(mail_server):
    answer = mail_server.post("/api/messages", body("bob", topic="x.greeting", content="hello", thread_id="t1"))
    assert answer.status == 201, answer
    assert answer.json["known"] is False
    message = answer.json["message"]
    assert message["to_agent"] == "bob" and message["is_broadcast"] is False and "content" not in message
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
    assert mail_server.post("/api/messages", body("bob")).json["known"] is True


def test_what_is_not_acknowledged_comes_again_also_after_a_restart(mail_server):
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        first, second = send(mail_server, "bob"), send(mail_server, "bob")
        attempts = [bob.event("message.new")["data"]["attempt"] for _ in range(4)]
        assert attempts == [1, 1, 2, 2]
        acknowledge(bob, first)
    # The agent has died; the next one gets the rest only.
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        assert receive(bob, 1) == [second]
    assert mail_server.stop() == 0
    mail_server.start()
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        event = bob.event("message.new")["data"]
        assert event["id"] == second and event["attempt"] > 2
        acknowledge(bob, second)
        last = send(mail_server, "bob")
        assert receive(bob, 1) == [last]


def test_who_never_acknowledges_gets_each_message_once_per_connection(mail_server):
    for _ in range(2):
        sent = [send(mail_server, "bob") for _ in range(3)]
    waiting = [message["id"] for message in get(mail_server, "/api/messages/bob").json["messages"]]
    for _ in range(2):
        with bus_client(mail_server) as bob:
            bob.authenticate("bob")
            assert receive(bob, 6) == waiting
            fresh = send(mail_server, "bob")
            # Nothing of the old comes again before the new.
            assert bob.event("message.new")["data"]["id"] == fresh
            waiting.append(fresh)
            with pytest.raises(TimeoutError):
                bob.event("message.new", seconds=3 * WAIT / 1000 + 1)
        with bus_client(mail_server) as bob:
            bob.authenticate("bob", acks=True)
            acknowledge(bob, waiting.pop())
    assert state(mail_server, sent[0]) == "offered"


def test_a_first_acknowledgement_says_that_more_will_come(mail_server):
    with bus_client(mail_server) as bob:
        bob.authenticate("bob")
        sent = [send(mail_server, "bob") for _ in range(3)]
        assert receive(bob, 3) == sent
        acknowledge(bob, sent[0])
        # What was sent before is offered again until it is acknowledged.
        again = [bob.event("message.new")["data"]["id"] for _ in range(4)]
        assert set(again) == set(sent[1:])
        acknowledge_all(bob, sent[1:])


def test_a_message_that_nobody_acknowledges_dies_and_may_begin_anew(make_mail_server):
    server = make_mail_server("--max-deliveries", "2").start()
    with bus_client(server) as bob, bus_client(server) as alice:
        alice.authenticate("alice")
        bob.authenticate("bob", acks=True)
        message = send(server, "bob", content={"poison": True})
        assert [bob.event("message.new")["data"]["attempt"] for _ in range(2)] == [1, 2]
        receipt = alice.event("message.dead")
        assert receipt["channel"] == "agents/alice" and receipt["data"]["id"] == message
        assert state(server, message) == "dead"
        (dead,) = server.get("/api/dead-letters?agent_id=bob").json["dead_letters"]
        assert dead["id"] == message and dead["content"] == {"poison": True} and dead["attempts"] == 2
        answer = server.post(f"/api/dead-letters/{message}/retry", {"agent_id": "bob"})
        assert answer.status == 200, answer
        assert bob.event("message.new")["data"]["attempt"] == 1
        acknowledge(bob, message)
        assert server.get("/api/dead-letters").json["count"] == 0
        assert server.post(f"/api/dead-letters/{message}/retry", {"agent_id": "bob"}).status == 404


def test_a_message_expires_and_its_sender_is_told(mail_server):
    with bus_client(mail_server) as alice:
        alice.authenticate("alice")
        message = send(mail_server, "bob", ttl_seconds=1)
        kept = send(mail_server, "bob")
        receipt = alice.event("message.expired", seconds=30)
        assert receipt["data"]["id"] == message and receipt["data"]["to"] == "bob"
    assert state(mail_server, message) == "expired"
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        assert receive(bob, 1) == [kept]
    answer = mail_server.post(f"/api/messages/{message}/ack", {"agent_id": "bob"})
    assert answer.status == 200 and state(mail_server, message) == "expired"


def test_the_sender_gets_a_receipt(mail_server):
    with bus_client(mail_server) as alice, bus_client(mail_server) as bob:
        alice.authenticate("alice")
        bob.authenticate("bob", acks=True)
        message = send(mail_server, "bob")
        acknowledge(bob, receive(bob, 1)[0])
        receipt = alice.event("message.acknowledged")
        assert receipt["data"] == {"id": message, "to": "bob", "topic": "context.request"}
        found = item(mail_server, message)
        assert found["acknowledged_at"] >= found["offered_at"] >= found["stored_at"] and found["attempts"] == 1


def test_acknowledging_over_rest(mail_server):
    message = send(mail_server, "bob")
    answer = mail_server.post(f"/api/messages/{message}/ack", {"agent_id": "bob"})
    assert answer.status == 200 and answer.json["state"] == "acknowledged"
    assert mail_server.post(f"/api/messages/{message}/ack", {"agent_id": "bob"}).status == 200
    assert mail_server.post(f"/api/messages/{message}/ack", {"agent_id": "carol"}).status == 404
    assert mail_server.post(f"/api/messages/{uuid.uuid4()}/ack", {"agent_id": "bob"}).status == 404
    assert mail_server.post("/api/messages/nonsense/ack", {"agent_id": "bob"}).status == 400
    assert mail_server.post(f"/api/messages/{message}/ack", {}).status == 400


def test_a_broadcast_has_an_item_for_each_reader(mail_server):
    with bus_client(mail_server) as bob, bus_client(mail_server) as alice:
        alice.authenticate("alice", acks=True)
        bob.authenticate("bob", acks=True)
        message = send(mail_server, None)
        assert receive(bob, 1) == [message]
        acknowledge(bob, message)
        with bus_client(mail_server) as carol:
            carol.authenticate("carol", acks=True)
            assert receive(carol, 1) == [message]
        # Its sender is spared; the direct message is all that comes.
        direct = send(mail_server, "alice", sender="bob")
        assert receive(alice, 1) == [direct]
    assert state(mail_server, message, "bob") == "acknowledged"
    assert state(mail_server, message, "carol") == "offered"


def test_reading_is_not_acknowledging(mail_server):
    low, high = send(mail_server, "bob"), send(mail_server, "bob", priority=5)
    everybody = send(mail_server, None, topic="task.created")
    first = mail_server.get("/api/messages/bob").json
    assert [message["id"] for message in first["messages"]] == [high, low, everybody]
    assert first["count"] == 3 and first["unread_remaining"] == 0
    assert not any(message["already_read"] for message in first["messages"])
    assert first["messages"][0]["content"] == {"n": 1} and first["messages"][2]["is_broadcast"] is True
    second = mail_server.get("/api/messages/bob?limit=1&topic=task.created").json
    assert [message["already_read"] for message in second["messages"]] == [True]
    assert mail_server.get("/api/messages/bob?include_broadcasts=false").json["count"] == 2
    assert mail_server.get("/api/messages/carol?limit=1").json["unread_remaining"] == 0
    since = first["messages"][1]["created_at"]
    assert low not in [m["id"] for m in mail_server.get(f"/api/messages/bob?since={since}").json["messages"]]
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        assert receive(bob, 3) == [high, low, everybody]


def test_a_repetition_is_one_message(mail_server):
    request = body("bob", client_message_id="my own id ✓")
    answers = [mail_server.post("/api/messages", request) for _ in range(2)]
    mail_server.kill()
    mail_server.start()
    answers.append(mail_server.post("/api/messages", request))
    assert [answer.status for answer in answers] == [201] * 3
    assert len({answer.json["message"]["id"] for answer in answers}) == 1
    assert mail_server.get("/api/messages/bob").json["count"] == 1
    assert mail_server.post("/api/messages", {**request, "priority": 1}).status == 422
    other = mail_server.post("/api/messages", {**request, "from_agent": "carol"})
    assert other.status == 201 and other.json["message"]["id"] != answers[0].json["message"]["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("from_agent", ""), ("from_agent", None), ("to_agent", ""), ("to_agent", 7), ("topic", "nonsense"),
        ("topic", None), ("content", None), ("content", [1]), ("content", 1), ("priority", 11), ("priority", "1"),
        ("ttl_seconds", 0), ("ttl_seconds", 86401), ("project_id", "x"), ("reply_to", "x"), ("thread_id", ""),
    ],
)
def test_what_is_wrong_is_said(server, field, value):
    answer = server.post("/api/messages", {**body("bob"), field: value})
    assert answer.status == 400, answer
    assert answer.json["error"] == "Validation failed" and list(answer.json["details"]) == [field]


@pytest.mark.parametrize("query", ["since=x", "limit=0", "limit=x", "include_broadcasts=maybe"])
def test_wrong_queries_are_refused(server, query):
    answer = server.get(f"/api/messages/bob?{query}")
    assert answer.status == 400 and answer.json["error"] == "Invalid query parameters"


def test_the_spellings_of_the_sdk_are_understood(server):
    answer = server.post(
        "/api/messages",
        {"from_agent_id": "alice", "to_agent_id": "bob", "topic": "task.created", "payload": {"a": 1}, "ttl_ms": 1500},
    )
    assert answer.status == 201, answer
    (message,) = server.get("/api/messages/bob").json["messages"]
    assert message["content"] == {"a": 1} and message["from_agent"] == "alice"


def test_a_token_says_who_sends_and_reads(server):
    token = server.post("/api/auth/token", {"agent_id": "carol"}).json["token"]
    credentials = {"Authorization": f"Bearer {token}"}
    message = server.post("/api/messages", body("bob"), credentials).json["message"]
    assert message["from_agent"] == "carol" and message["verified"] is True
    assert server.request("GET", "/api/messages/bob", headers=credentials).status == 403
    assert server.request("GET", "/api/messages/carol", headers=credentials).status == 200
    answer = server.post(f"/api/messages/{message['id']}/ack", {"agent_id": "bob"}, credentials)
    assert answer.status == 404, "acknowledged for somebody else"


def test_inboxes_are_listed_with_their_length_and_age(mail_server):
    for _ in range(3):
        send(mail_server, "bob")
    send(mail_server, "carol")
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        acknowledge(bob, receive(bob, 3)[0])
        assert eventually(lambda: mail_server.get("/api/inboxes").json["inboxes"][0]["offered"] == 2)
        found = mail_server.get("/api/inboxes").json
        assert [(each["agent_id"], each["pending"], each["connections"]) for each in found["inboxes"]] == [
            ("bob", 2, 1), ("carol", 1, 0),
        ]
        assert all(each["oldest_age_ms"] >= 0 for each in found["inboxes"])


def test_a_long_inbox_comes_whole_and_in_order(mail_server):
    connection = Connection(mail_server.port)
    sent = []
    for n in range(600):
        answer = connection.request("POST", "/api/messages", body("bob", content={"n": n, "text": "x" * 2000}))
        sent.append(answer.json["message"]["id"])
    connection.close()
    with bus_client(mail_server) as bob:
        bob.authenticate("bob")
        assert receive(bob, 600) == sent
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        found = []
        while len(found) < 600:
            id = bob.event("message.new")["data"]["id"]
            if id not in found:
                found.append(id)
            bob.send(type="ack", message_id=id)
        assert found == sent
    assert eventually(lambda: mail_server.get("/api/inboxes").json["count"] == 0)


def test_messages_may_be_sent_over_websocket(mail_server):
    fields = {"topic": "x.t", "content": {"a": 1}, "to_agent": "bob", "from_agent": "somebody else"}
    with bus_client(mail_server) as nobody:
        answer = nobody.request("message", **fields)
        assert not answer["success"] and "auth" in answer["error"]
    with bus_client(mail_server) as alice, bus_client(mail_server) as bob:
        alice.authenticate("alice")
        bob.authenticate("bob", acks=True)
        answers = [alice.request("message", **fields, client_message_id="once") for _ in range(2)]
        assert all(answer["success"] for answer in answers)
        assert answers[0]["message"] == answers[1]["message"] and answers[0]["message"]["known"] is True
        event = bob.event("message.new")
        assert event["id"] == answers[0]["message"]["id"] and event["sender"] == "alice"
        answer = alice.request("message", **{**fields, "topic": "nonsense"})
        assert not answer["success"] and "topic" in answer["error"]
        acknowledge(bob, event["id"])


def test_metrics_count_what_inboxes_do(mail_server):
    with bus_client(mail_server) as bob:
        bob.authenticate("bob", acks=True)
        first, second = send(mail_server, "bob"), send(mail_server, "bob")
        receive(bob, 2)
        acknowledge(bob, first)
        figures = dict(
            line.rsplit(" ", 1) for line in mail_server.get("/metrics").body.decode().splitlines() if line[0] != "#"
        )
        assert figures["dcm_inbox_connections"] == figures["dcm_inbox_in_hand"] == "1"
        assert figures["dcm_inbox_acknowledged_total"] == "1" and int(figures["dcm_inbox_offered_total"]) >= 2


def test_an_agent_may_become_another(mail_server):
    one, two = send(mail_server, "one"), send(mail_server, "two")
    with bus_client(mail_server) as agent:
        agent.authenticate("one", acks=True)
        assert receive(agent, 1) == [one]
        agent.authenticate("two", acks=True)
        assert receive(agent, 1, [two]) == [two]
        later = send(mail_server, "one")
        after = send(mail_server, "two")
        assert receive(agent, 1, [later, after]) == [after]
