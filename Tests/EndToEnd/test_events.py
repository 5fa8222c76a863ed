"""Events about work, which agents that acknowledge get until they do: across connections and kill -9 of the server."""
import collections

import pytest

from bus_client import bus_client
from dcm import eventually
from mail import WAIT, acknowledge, get, state


class Board:
    """Makes tasks and subtasks."""

    def __init__(self, server):
        self.server = server
        project = self.made("projects", path="/events")["project"]
        request = self.made("requests", project_id=project["id"], session_id="s", prompt="p")["request"]
        self.request = request["id"]
        self.task = self.made("tasks", request_id=self.request)["task"]["id"]

    def made(self, kind, **body):
        # On a machine that has much else to do the store may ask for patience.
        answer = eventually(lambda: (answer := self.server.post(f"/api/{kind}", body)).status != 503 and answer, 60)
        assert answer and answer.status == 201, answer
        return answer.json

    def new_task(self):
        return self.made("tasks", request_id=self.request)["task"]["id"]

    def new_subtask(self, **fields):
        return self.made("subtasks", task_id=self.task, description="d", **fields)["subtask"]["id"]


@pytest.fixture
def board(mail_server):
    return Board(mail_server)


class Agent:
    """An agent that listens to `global` and acknowledges, unless it is told otherwise."""

    def __init__(self, server, name="bob", query="", **fields):
        self.context = bus_client(server, query=query)
        self.name, self.fields = name, {"acks": True, **fields}

    def __enter__(self):
        self.client = self.context.__enter__()
        self.client.authenticate(self.name, **self.fields)
        return self.client

    def __exit__(self, *failure):
        return self.context.__exit__(*failure)


def finish(client, event):
    """Acknowledges an event for good: what came again before the answer doesn't count."""
    acknowledge(client, event["id"])
    client.kept = collections.deque(each for each in client.kept if each.get("id") != event["id"])


def nothing(client, name):
    """Longer than an event would take to come again."""
    with pytest.raises(TimeoutError):
        client.event(name, seconds=1 + 3 * WAIT / 1000)


def figures(server):
    lines = server.get("/metrics").body.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line[0] != "#")


def test_an_event_comes_again_until_it_is_acknowledged(mail_server, board):
    with Agent(mail_server) as bob:
        task = board.new_task()
        first = bob.event("task.created")
        assert first["channel"] == "global" and first["data"]["id"] == task
        again = bob.event("task.created")
        assert again == first, "the same frame"
        finish(bob, first)
        assert state(mail_server, first["id"]) == "acknowledged"
        nothing(bob, "task.created")
        answer = mail_server.request("PATCH", f"/api/tasks/{task}", {"status": "running"})
        assert answer.status == 200, answer
        second = bob.event("task.running")
        assert second["data"]["status"] == "running" and second["id"] > first["id"]
        answer = mail_server.post(f"/api/messages/{second['id']}/ack", {"agent_id": "bob"})
        assert answer.status == 200, answer
        finish(bob, second)
        nothing(bob, "task.running")


def test_kill_between_event_and_acknowledgement(mail_server, board):
    with Agent(mail_server) as bob:
        tasks = [board.new_task() for _ in range(3)]
        events = [bob.event("task.created") for _ in range(3)]
        assert [event["data"]["id"] for event in events] == tasks
        acknowledge(bob, events[1]["id"])
        mail_server.kill()
    mail_server.start()
    with Agent(mail_server) as bob:
        found = [bob.event("task.created") for _ in range(2)]
        assert [event["id"] for event in found] == [events[0]["id"], events[2]["id"]]
        assert [event["data"] for event in found] == [events[0]["data"], events[2]["data"]]
        for event in found:
            finish(bob, event)
        mail_server.kill()
    mail_server.start()
    with Agent(mail_server) as bob:
        nothing(bob, "task.created")


def test_who_is_away_gets_it_at_the_next_connection(mail_server, board):
    with Agent(mail_server) as bob:
        bob.subscribe("topics/plans")
    task = board.new_task()
    with Agent(mail_server, "carol") as carol:
        carol.publish("topics/plans", "task.completed", {"plan": 1})
    with Agent(mail_server) as bob:
        assert bob.event("task.created")["data"]["id"] == task
        assert bob.event("task.completed")["data"] == {"plan": 1}
    # Nobody was told but who had listened.
    assert [inbox["agent_id"] for inbox in get(mail_server, "/api/inboxes").json["inboxes"]] == ["bob"]


def test_who_has_not_come_back_yet_is_remembered_across_kill_9(mail_server, board):
    with Agent(mail_server) as bob:
        board.new_task()
        finish(bob, bob.event("task.created"))
        mail_server.kill()
    mail_server.start()
    task = board.new_task()
    mail_server.kill()
    mail_server.start()
    with Agent(mail_server) as bob:
        event = bob.event("task.created")
        assert event["data"]["id"] == task
        finish(bob, event)


def test_a_subtask_is_told_to_the_agents_of_its_type(mail_server, board):
    with Agent(mail_server, "dev", query="?global=0") as dev, Agent(mail_server, "other", query="?global=0") as other:
        subtask = board.new_subtask(agent_type="dev")
        first, again = dev.event("subtask.created"), dev.event("subtask.created")
        assert first["channel"] == "agents/dev" and first["data"]["id"] == subtask
        assert again["id"] == first["id"]
        finish(dev, first)
        nothing(other, "subtask.created")
        nothing(dev, "subtask.created")


def test_others_get_it_once(mail_server, board):
    with Agent(mail_server) as bob, Agent(mail_server, "eve", acks=False) as eve, bus_client(mail_server, "") as nobody:
        board.new_task()
        events = [each.event("task.created") for each in (bob, eve, nobody)]
        assert events[0] == events[1] == events[2]
        bob.event("task.created")
        nothing(eve, "task.created")
        nothing(nobody, "task.created")
    with Agent(mail_server, "eve", acks=False) as eve:
        nothing(eve, "task.created")


def test_acknowledging_what_need_not_be_is_no_error(mail_server, board):
    with Agent(mail_server, acks=False) as bob:
        board.new_task()
        event = bob.event("task.created")
        # As clients of the original do; from then on it is taken to acknowledge.
        bob.send(type="ack", message_id=event["id"])
        answer = bob.request("subscribe", channel="topics/a")
        assert answer["success"]
        assert eventually(lambda: figures(mail_server)["dcm_event_agents"] == "1")
        board.new_task()
        assert bob.event("task.created")["id"] == bob.event("task.created")["id"]
        assert not any("error" in message for message in bob.kept)


def test_events_of_agents_are_tracked_in_their_order(make_mail_server):
    mail_server = make_mail_server("--loops", "2").start()
    with Agent(mail_server) as bob, Agent(mail_server, "carol", query="?global=0") as carol:
        for number in range(20):
            carol.send(type="publish", channel="global", event="task.updated", data=number)
            carol.send(type="publish", channel="global", event="system.info", data=number)
        seen = {}
        while len(seen) < 40:
            each = bob.receive_until(lambda message: message.get("sender") == "carol")
            seen.setdefault(each["id"], each)
        seen = list(seen.values())
        assert [(each["event"], each["data"]) for each in seen] == [
            (name, number) for number in range(20) for name in ("task.updated", "system.info")
        ]
        tracked = [each for each in seen if each["event"] == "task.updated"]
        for each in tracked[1:]:
            finish(bob, each)
        again = bob.receive_until(lambda message: message.get("id") == tracked[0]["id"])
        assert again["sender"] == "carol" and again["data"] == 0
        finish(bob, again)
        # Somebody unknown makes no work for the disk.
        with bus_client(mail_server) as nobody:
            nobody.publish("global", "task.updated", "anonymous")
        assert bob.event("task.updated")["data"] == "anonymous"
        nothing(bob, "task.updated")


def test_who_has_unsubscribed_is_left_alone(make_mail_server):
    mail_server = make_mail_server("--redelivery-wait", "60000").start()
    board = Board(mail_server)
    with Agent(mail_server) as bob:
        board.new_task()
        bob.event("task.created")
        assert bob.request("unsubscribe", channel="global")["success"]
        nothing(bob, "task.created")
        board.new_task()
        nothing(bob, "task.created")
        # It listens again: what it has not acknowledged is still there.
        bob.subscribe("global")
        acknowledge(bob, bob.event("task.created")["id"])


def test_an_agent_has_a_bounded_number_of_events(server):
    with Agent(server, query="?global=0") as bob, bus_client(server) as other:
        bob.subscribe("topics/flood")
        other.authenticate("carol")
        for number in range(1100):
            other.send(type="publish", channel="topics/flood", event="task.updated", data=number)
        found = []
        while len(found) < 1100:
            number = bob.event("task.updated")["data"]
            if number not in found:
                found.append(number)
        assert found == list(range(1100)), "everything is published"
        assert eventually(lambda: figures(server)["dcm_events_untracked_total"] == "100")
        assert figures(server)["dcm_events_tracked_total"] == "1000"
        assert eventually(lambda: server.get("/api/inboxes").json["inboxes"][0]["pending"] == 1000)
        # A message finds room all the same.
        answer = server.post(
            "/api/messages", {"from_agent": "carol", "to_agent": "bob", "topic": "x.t", "content": {}}
        )
        assert bob.event("message.new")["id"] == answer.json["message"]["id"]
