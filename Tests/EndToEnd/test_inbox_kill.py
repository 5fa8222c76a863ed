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
from mail import body, get

SENDERS = 4


class Killer:
    """Kills the server after a number of things that happened: answers, deliveries, acknowledgements."""

    def __init__(self, server, after):
        self.server = server
        self.left = after
        self.lock = threading.Lock()
        self.is_done = False

    def note(self):
        with self.lock:
            self.left -= 1
            if self.left <= 0:
                self.kill()

    def kill(self):
        if not self.is_done:
            self.server.process.kill()
            self.is_done = True


class Post:
    """Sends messages, however often the server dies; repetitions have the same client_message_id."""

    def __init__(self, server):
        self.server = server
        self.lock = threading.Lock()
        # The ids of the messages that were answered, by number.
        self.accepted = {}

    def send(self, numbers, killer):
        """Returns what had no answer when the server died."""
        todo, failed = collections.deque(numbers), []

        def work():
            while True:
                with self.lock:
                    if not todo:
                        return
                    number = todo.popleft()
                if not self.post(number, killer):
                    with self.lock:
                        failed.append(number)

        threads = [threading.Thread(target=work) for _ in range(SENDERS)]
        for thread in threads:
            thread.start()
        yield
        for thread in threads:
            thread.join()
        yield failed

    def post(self, number, killer):
        connection = Connection(self.server.port)
        try:
            message = body("bob", content={"number": number}, client_message_id=f"message {number}")
            answer = connection.request("POST", "/api/messages", message)
            assert answer.status == 201, answer
            with self.lock:
                self.accepted[number] = answer.json["message"]["id"]
            killer.note()
            return True
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Reader:
    """An agent that acknowledges most of what it gets and dies now and then, or with the server."""

    def __init__(self, server, dice):
        self.server = server
        self.dice = dice
        self.got = collections.Counter()
        self.acknowledged = set()
        # What was acknowledged before this connection.
        self.done = set()
        self.doubled = []

    def live(self, count, killer=None):
        """Reads at most so many messages, then dies. False if nothing came for a while."""
        try:
            with bus_client(self.server) as bob:
                # On the connection itself a copy may be under way that was sent before the acknowledgement came.
                self.done = set(self.acknowledged)
                bob.authenticate("bob", acks=True)
                for _ in range(count):
                    self.read(bob, killer)
        except TimeoutError:
            return False
        except (OSError, websockets.exceptions.WebSocketException):
            pass
        return True

    def read(self, bob, killer):
        data = bob.event("message.new", seconds=3)["data"]
        if data["id"] in self.done:
            self.doubled.append(data["id"])
        self.got[data["content"]["number"]] += 1
        if killer:
            killer.note()
        # Dies between getting and acknowledging, as far as this message is concerned.
        if self.dice.random() < 0.05:
            return
        if bob.request("ack", message_id=data["id"])["success"]:
            self.acknowledged.add(data["id"])
            if killer:
                killer.note()


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_no_message_is_lost_and_acknowledged_ones_do_not_come_again(make_server, store, request, long, show):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    options = ["--redelivery-wait", "300", "--max-deliveries", "1000"]
    if store == "postgres":
        options += ["--database", request.getfixturevalue("cluster").url()]
    server = make_server(*options).start()
    count, rounds = (1000, 20) if long else (120, 6)
    post, reader, todo = Post(server), Reader(server, dice), []
    for number in range(rounds):
        todo += range(number * count // rounds, (number + 1) * count // rounds)
        killer = Killer(server, dice.randrange(1, 3 * len(todo)))
        sending = post.send(todo, killer)
        next(sending)
        while not killer.is_done:
            if not reader.live(dice.randrange(1, 60), killer):
                killer.kill()
        todo = next(sending)
        server.process.wait()
        server.start()
    sending = post.send(todo, Killer(server, 1 << 30))
    next(sending)
    assert next(sending) == []
    assert len(post.accepted) == count

    def is_through():
        # An acknowledgement whose answer was lost with the server counts too.
        reader.live(100)
        return get(server, "/api/inboxes").json["count"] == 0

    assert eventually(is_through, 120)
    again = sum(reader.got.values()) - count
    show(f"[{store}: {count} messages, {rounds} kills, {again} came again]")
    assert set(reader.got) == set(range(count)), "lost"
    assert not reader.doubled, f"came again although acknowledged: {reader.doubled[:5]}"
    assert get(server, "/stats").json["messageCount"] == count, "stored twice"
