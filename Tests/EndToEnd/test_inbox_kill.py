"""kill -9 at random points between agents that send and acknowledge: nothing is lost, and only what nobody
acknowledged comes twice."""
import collections
import http.client
import random
import threading

import pytest
import websockets

from bus_client import bus_client
from dcm import Connection, eventually
from mail import body

SENDERS = 4


class Post:
    """Sends a number of messages, however often the server dies; repetitions have the same client_message_id."""

    def __init__(self, server, count):
        self.server = server
        self.lock = threading.Lock()
        self.todo = collections.deque(range(count))
        # The ids of the messages that were answered, by number.
        self.accepted = {}
        self.is_up = threading.Event()
        self.is_up.set()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while True:
            with self.lock:
                if not self.todo:
                    return
                number = self.todo.popleft()
            while not self.post(number):
                self.is_up.wait()

    def post(self, number):
        connection = Connection(self.server.port)
        try:
            message = body("bob", content={"number": number}, client_message_id=f"message {number}")
            answer = connection.request("POST", "/api/messages", message)
            assert answer.status == 201, answer
            with self.lock:
                self.accepted[number] = answer.json["message"]["id"]
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def is_done(self):
        return not any(thread.is_alive() for thread in self.threads)


class Reader:
    """An agent that acknowledges most of what it gets and dies now and then, or with the server."""

    def __init__(self, server, dice):
        self.server = server
        self.dice = dice
        # What was got, and what was known to be acknowledged when it was got.
        self.got = collections.Counter()
        self.acknowledged = set()
        self.doubled = []

    def live(self, count):
        """Reads at most so many messages, then dies."""
        try:
            with bus_client(self.server) as bob:
                bob.authenticate("bob", acks=True)
                for _ in range(count):
                    self.read(bob)
        except (OSError, TimeoutError, websockets.exceptions.WebSocketException):
            pass

    def read(self, bob):
        data = bob.event("message.new", seconds=3)["data"]
        if data["id"] in self.acknowledged:
            self.doubled.append(data["id"])
        self.got[data["content"]["number"]] += 1
        # Died between getting and acknowledging.
        if self.dice.random() < 0.05:
            return
        if bob.request("ack", message_id=data["id"])["success"]:
            self.acknowledged.add(data["id"])


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_no_message_is_lost_and_acknowledged_ones_do_not_come_again(make_server, store, request, long, show):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    options = ["--redelivery-wait", "300", "--max-deliveries", "1000"]
    if store == "postgres":
        options += ["--database", request.getfixturevalue("cluster").url()]
    server = make_server(*options).start()
    count = 1000 if long else 200
    post, reader, kills = Post(server, count), Reader(server, dice), 0
    while not post.is_done:
        killer = threading.Timer(dice.uniform(0.02, 1.0), server.process.kill)
        killer.start()
        while killer.is_alive():
            reader.live(dice.randrange(1, 60))
        server.process.wait()
        kills += 1
        post.is_up.clear()
        server.start()
        post.is_up.set()
    assert len(post.accepted) == count
    # Until all is acknowledged; each life ends when nothing comes for a while, or after some messages.
    assert eventually(lambda: reader.live(100) or set(post.accepted.values()) <= reader.acknowledged, 120)
    show(f"[{store}: {count} messages, {kills} kills, {sum(reader.got.values()) - count} came again]")
    assert set(reader.got) == set(range(count)), "lost"
    assert not reader.doubled, f"came again although acknowledged: {reader.doubled[:5]}"
    assert kills > 0
    assert server.get("/stats").json["messageCount"] == count, "stored twice"
    assert server.get("/api/inboxes").json["count"] == 0
