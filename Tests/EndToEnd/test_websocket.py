"""The JSON protocol over Python's `websockets`, which nobody of this project wrote."""
import pytest
import websockets

from bus_client import BusClient, bus_client
from dcm import action


def test_greeting_and_automatic_subscription(server):
    with bus_client(server, query="") as listener:
        assert listener.connected["type"] == "connected" and listener.connected["client_id"]
        assert isinstance(listener.connected["timestamp"], int)
        server.post("/api/actions", action("Read"))
        assert listener.event("action.created")["channel"] == "global"


def test_two_clients_publish_and_subscribe(server):
    with bus_client(server) as one, bus_client(server) as two:
        two.subscribe("topics/build")
        data = {"text": "hällo \U0001f600 \u2028", "number": 1.50, "nothing": None, "deep": [[{}]]}
        one.publish("topics/build", "build.done", data)
        event = two.event("build.done")
        assert event["channel"] == "topics/build" and event["data"] == data
        assert event["id"] and isinstance(event["timestamp"], int)
        # A publisher that listens gets its own message too.
        two.publish("topics/build", "build.again", 7)
        assert two.event("build.again")["data"] == 7


def test_order_of_one_publisher(server):
    with bus_client(server) as one, bus_client(server) as two:
        two.subscribe("topics/order")
        for number in range(5000):
            one.send(type="publish", channel="topics/order", event="n", data=number)
        assert [two.event("n")["data"] for _ in range(5000)] == list(range(5000))


def test_wildcards(server):
    with bus_client(server) as one, bus_client(server) as two, bus_client(server) as publisher:
        one.subscribe("topics/*")
        two.subscribe("topics/>")
        publisher.publish("topics/a/b", "deep", 1)
        publisher.publish("topics/a", "flat", 2)
        assert one.receive()["event"] == "flat"
        assert [two.receive()["event"], two.receive()["event"]] == ["deep", "flat"]


def test_unsubscribe(server):
    with bus_client(server) as one:
        one.subscribe("topics/x")
        assert one.request("unsubscribe", channel="topics/x")["success"]
        assert one.request("unsubscribe", channel="topics/never")["success"]
        one.send(type="publish", channel="topics/x", event="unheard", data=1)
        one.send(type="ping")
        assert one.receive()["type"] == "pong"


def test_no_ack_without_id(server):
    with bus_client(server) as one:
        one.send(type="subscribe", channel="topics/x")
        one.send(type="publish", channel="topics/x", event="e", data={})
        assert one.receive()["event"] == "e"


def test_errors_keep_the_connection(server):
    with bus_client(server) as one:
        one.send(type="dance")
        assert one.receive()["code"] == "UNKNOWN_MESSAGE_TYPE"
        for broken in ("{", "null", '{"type":"subscribe"}', '{"type":"ping"} x', '{"a":1,}', "\u0000"):
            one.socket.send(broken)
            error = one.receive()
            assert error["code"] == "PARSE_ERROR", broken
            assert isinstance(error["timestamp"], int) and error["error"]
        for channel in ("", "nope", "agents/", "global/x", "topics/" + "x" * 10_000):
            answer = one.request("subscribe", channel=channel)
            assert not answer["success"] and "channel" in answer["error"].lower()
        # A JSON pong is a sign of life, not an unknown message.
        one.send(type="pong")
        one.send(type="ping")
        assert one.receive()["type"] == "pong"


def test_binary_frames_are_taken_as_text(server):
    with bus_client(server) as one:
        one.socket.send(b'{"type":"ping"}')
        assert one.receive()["type"] == "pong"


def test_invalid_utf8_is_closed_with_1007(server):
    with bus_client(server) as one:
        one.socket.send(b"\xff\xfe", text=True)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            one.receive()
        assert closed.value.rcvd.code == 1007


def test_presence(server):
    with bus_client(server, query="") as watcher:
        agent = BusClient(server.ws_url + "?session_id=s1")
        agent.authenticate("builder")
        connected = watcher.event("agent.connected")
        assert connected["channel"] == "global"
        assert connected["data"]["agent_id"] == "builder"
        assert connected["data"]["client_id"] == agent.connected["client_id"]
        assert connected["data"]["session_id"] == "s1"
        assert agent.event("agent.connected")["data"]["agent_id"] == "builder", "the agent sees its own arrival"
        agent.close()
        assert watcher.event("agent.disconnected")["data"]["client_id"] == agent.connected["client_id"]


def test_subscriptions_are_restored_after_reconnecting(server):
    with bus_client(server) as first:
        first.authenticate("worker")
        first.subscribe("topics/kept")
        first.subscribe("topics/dropped")
        assert first.request("unsubscribe", channel="topics/dropped")["success"]
    with bus_client(server) as second, bus_client(server) as publisher:
        second.authenticate("worker")
        publisher.publish("topics/dropped", "dropped", 1)
        publisher.publish("topics/kept", "kept", 2)
        event = second.receive_until(lambda message: str(message.get("channel", "")).startswith("topics/"))
        assert event["event"] == "kept"


def test_direct_message_reaches_only_its_agent(server):
    with bus_client(server) as agent, bus_client(server) as other, bus_client(server) as stranger:
        agent.authenticate("a1")
        other.authenticate("a2")
        refused = stranger.request("subscribe", channel="agents/a1")
        assert not refused["success"]
        assert refused["error"] == "Not authorized to subscribe to this agent channel"
        assert not other.request("subscribe", channel="agents/a1")["success"]
        stranger.subscribe(">")
        other.subscribe(">")
        other.publish("agents/a1", "message.new", {"do": "it"})
        assert agent.event("message.new")["data"] == {"do": "it"}
        # A pattern never widens rights: neither of the others got it, only what all may hear.
        agent.publish("topics/after", "after", 1)
        for each in (stranger, other):
            first = each.receive_until(lambda message: message.get("event") in ("message.new", "after"))
            assert first["event"] == "after"


def test_query_agent_opens_nothing(server):
    with bus_client(server, query="?global=0&agent_id=a1") as pretender:
        assert not pretender.request("subscribe", channel="agents/a1")["success"]


def test_anonymous_may_not_publish_where_trust_matters(server):
    with bus_client(server) as anonymous:
        for channel, event in [
            ("agents/a1", "message.new"),
            ("sessions/s1", "task.created"),
            ("jobs/j1", "task.created"),
            ("metrics", "metric.update"),
            ("global", "agent.connected"),
            ("global", "agent.disconnected"),
            ("global", "metric.update"),
            ("topics/x", "agent.connected"),
        ]:
            answer = anonymous.request("publish", channel=channel, event=event, data={})
            assert not answer["success"] and answer["error"], (channel, event)
        anonymous.publish("global", "task.created", {"id": 1})
        anonymous.publish("topics/x", "anything.goes", {})
        answer = anonymous.request("publish", channel="global", event="no.such.event", data={})
        assert answer["error"] == "Invalid event type: no.such.event"


def test_auth_by_token(server):
    minted = server.post("/api/auth/token", {"agent_id": "t1", "session_id": "s9"})
    assert minted.status == 200 and minted.json["expires_in"] == 3600
    token = minted.json["token"]
    assert len(token.split(".")) == 2
    with bus_client(server) as agent:
        assert agent.request("auth", token=token)["success"]
        agent.subscribe("agents/t1")
        connected = agent.request("subscribe", channel="agents/other")
        assert not connected["success"], "a token opens its own agent's channel only"


def test_bad_tokens(server):
    token = server.post("/api/auth/token", {"agent_id": "t1"}).json["token"]
    payload, signature = token.split(".")
    flipped = ("0" if signature[0] != "0" else "1") + signature[1:]
    with bus_client(server) as agent:
        for bad in ("", "x", "a.b", payload, f"{payload}.", f".{signature}", f"{payload}.{flipped}", f"{token}.x"):
            agent.send(type="auth", token=bad)
            assert agent.receive()["code"] in ("4001", "4003"), bad
        agent.send(type="auth")
        assert agent.receive()["code"] == "4003"
        assert not agent.request("subscribe", channel="agents/t1")["success"]


def test_minting_with_a_secret_needs_it(make_server):
    server = make_server(env={"WS_AUTH_SECRET": "0123456789abcdef0123456789abcdef", "NODE_ENV": "production"})
    server.start()
    assert server.post("/api/auth/token", {"agent_id": "t1"}).status in (401, 403)
    with bus_client(server) as agent:
        agent.send(type="auth", agent_id="t1")
        assert agent.receive()["code"] == "4002"


def test_metrics_arrive_for_listeners_only(server):
    with bus_client(server) as listener, bus_client(server, query="") as bystander:
        listener.subscribe("metrics")
        update = listener.event("metric.update")
        assert update["channel"] == "metrics"
        fields = (
            "active_sessions", "active_agents", "pending_tasks", "running_tasks", "completed_tasks_last_hour",
            "messages_last_hour", "actions_per_minute", "avg_task_duration_ms",
        )
        for field in fields:
            assert isinstance(update["data"][field], (int, float)), field
        bystander.send(type="ping")
        assert bystander.receive()["type"] == "pong"


def test_large_messages_and_the_limit(server):
    with bus_client(server, max_size=None) as one, bus_client(server) as two:
        one.subscribe("topics/large")
        text = "x" * 200_000
        two.publish("topics/large", "big", text)
        assert one.event("big")["data"] == text
        with pytest.raises(websockets.ConnectionClosed) as closed:
            two.socket.send("[" + "1," * 20_000_000 + "1]")
            two.receive()
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize("compression", ["deflate", None])
def test_with_and_without_compression(server, compression):
    with bus_client(server, compression=compression) as one, bus_client(server) as two:
        one.subscribe("topics/c")
        two.subscribe("topics/c")
        for number in range(50):
            one.publish("topics/c", "e", {"n": number, "text": "again and again " * 50})
        assert [two.event("e")["data"]["n"] for _ in range(50)] == list(range(50))
