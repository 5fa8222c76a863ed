"""A subscriber that loses its connection goes on where it was: each offset once, also when the server restarts or dies."""
import concurrent.futures
import contextlib
import random
import socket
import threading

from bus_client import BusClient, bus_client

CHANNEL = "topics/resume"


class Resumer:
    """Subscribes, reads some events, drops the connection without a goodbye, and comes again with its last place."""

    def __init__(self, url, seed, channel=CHANNEL):
        self.url = url
        self.channel = channel
        self.random = random.Random(seed)
        self.place = None
        self.events = []
        self.connects = 0
        self.client = None

    def connect(self):
        self.client = BusClient(self.url + "?global=0")
        self.connects += 1
        fields = {"since": self.place} if self.place else {}
        answer = self.client.request("subscribe", channel=self.channel, **fields)
        assert answer["success"], answer
        if self.place is None:
            self.place = {"offset": answer["offset"], "epoch": answer["epoch"]}
        return answer.get("recovered")

    def drop(self):
        # Hard: what is on its way to us is lost with the socket.
        self.client.socket.socket.shutdown(socket.SHUT_RDWR)
        self.client = None

    def read(self):
        event = self.client.receive_until(lambda message: message.get("channel") == self.channel)
        assert event["epoch"] == self.place["epoch"]
        assert event["offset"] == self.place["offset"] + 1, (event, self.place)
        self.place["offset"] = event["offset"]
        self.events.append(event["data"])

    def read_until(self, count):
        while len(self.events) < count:
            if self.client is None:
                assert self.connect() is not False, "within the depth nothing is missing"
            for _ in range(min(self.random.randint(1, 400), count - len(self.events))):
                self.read()
            if len(self.events) < count:
                self.drop()


def publish(server, numbers, **fields):
    """Publishes with an answer for each, some on their way at a time; returns the numbers that were answered."""
    answered = []
    with bus_client(server) as publisher:
        numbers = list(numbers)
        for start in range(0, len(numbers), 200):
            part = numbers[start : start + 200]
            for number in part:
                publisher.send(type="publish", id=f"p{number}", channel=CHANNEL, event="n", data=number, **fields)
            for number in part:
                answer = publisher.receive()
                assert answer["id"] == f"p{number}" and answer["success"], answer
                answered.append(number)
    return answered


def test_random_disconnects_miss_nothing(make_server, long, show):
    count = 100_000 if long else 5_000
    server = make_server("--loops", "2", "--history-depth", str(count), "--history-size", "1024")
    # The bytes of one channel are bounded too: four MiB are some 20,000 of these events.
    server.start()
    resumer = Resumer(server.ws_url, seed=1)
    resumer.connect()
    # The subscriber is never further behind than the bytes of the channel allow.
    published = threading.Semaphore(10_000)
    original = resumer.read

    def read():
        original()
        published.release()

    resumer.read = read

    def work():
        for start in range(1, count + 1, 500):
            for _ in range(500):
                published.acquire()
            publish(server, range(start, start + 500))

    thread = threading.Thread(target=work)
    thread.start()
    resumer.read_until(count)
    thread.join()
    assert resumer.events == list(range(1, count + 1))
    assert resumer.connects > 5
    show(f"{count} events once each over {resumer.connects} connections")
    server.stop()


def test_resumes_across_a_restart(make_server):
    server = make_server().start()
    resumer = Resumer(server.ws_url, seed=2)
    resumer.connect()
    publish(server, range(1, 301))
    for _ in range(100):
        resumer.read()
    resumer.drop()
    assert server.stop() == 0
    server.start()
    assert resumer.connect() is True
    publish(server, range(301, 351))
    for _ in range(250):
        resumer.read()
    assert resumer.events == list(range(1, 351))
    # Beyond the depth it is told.
    resumer.drop()
    publish(server, range(1000, 2500))
    assert resumer.connect() is False


def test_kill_is_recovered_or_told(make_server, long):
    """What was answered with durable survives. Whoever may have missed something that did not is told."""
    server = make_server().start()
    generator = random.Random(3)
    resumer = Resumer(server.ws_url, seed=3)
    resumer.connect()
    used = set()
    recovered = 0
    for round in range(20 if long else 4):
        durable = publish(server, range(round * 100, round * 100 + generator.randint(1, 50)), durable=True)
        volatile = publish(server, range(round * 100 + 50, round * 100 + 50 + generator.choice([0, 0, 20])))
        seen = resumer.place["offset"]
        for _ in range(generator.randint(0, len(durable))):
            resumer.read()
        resumer.drop()
        server.kill()
        server.start()
        history = server.get("/api/channels/topics%2Fresume/history?limit=1000").json
        offsets = [event["offset"] for event in history["events"]]
        assert offsets == sorted(set(offsets))
        kept = [event["data"] for event in history["events"] if event["offset"] > seen]
        assert [number for number in kept if number in durable] == durable, "an answered durable publish survives"
        assert history["offset"] >= seen + len(durable) + len(volatile), "no offset comes twice"
        lost = len(durable) + len(volatile) - len(kept)
        if resumer.connect():
            recovered += 1
            assert lost == 0, "it was said that nothing is missing"
            while resumer.place["offset"] < history["offset"]:
                resumer.read()
            assert resumer.events[-1] == (durable + volatile)[-1]
        else:
            assert lost > 0, "nothing was lost, and the client was told it had missed something"
            resumer.drop()
            resumer.place = None
            resumer.connect()
        used.update(offsets)
    assert recovered > 0


def test_a_lost_durable_answer_means_nothing(server):
    with bus_client(server) as publisher:
        refused = publisher.request("publish", channel="global", event="system.info", data=1, durable=True)
        assert not refused["success"] and "disk" in refused["error"]


def test_history_can_be_turned_off(make_server):
    server = make_server("--history-depth", "0").start()
    with bus_client(server) as one:
        answer = one.request("subscribe", channel=CHANNEL)
        assert answer["success"] and "offset" not in answer
        one.publish(CHANNEL, "n", 1)
        assert "offset" not in one.event("n")
    assert server.get("/api/channels/topics%2Fresume/history").status == 404


def test_order_of_each_publisher_with_two_loops(make_server, long):
    """Under load, with a history: every subscriber sees the same order, and in it that of each publisher."""
    server = make_server("--loops", "2", "--history-depth", "100").start()
    count, step = (20_000 if long else 2_000), 500

    def publish(name, numbers):
        for number in numbers:
            publishers[name].send(type="publish", channel="topics/order", event="n", data=[name, number])

    def read(listener):
        return [tuple(listener.event("n")["data"]) for _ in range(step * len(publishers))]

    with contextlib.ExitStack() as stack:
        publishers = [stack.enter_context(bus_client(server)) for _ in range(4)]
        listeners = [stack.enter_context(bus_client(server)) for _ in range(3)]
        for listener in listeners:
            listener.subscribe("topics/order")
        orders = [[] for _ in listeners]
        with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
            # Step by step: who reads in Python is a slow consumer otherwise.
            for start in range(0, count, step):
                work = [pool.submit(publish, name, range(start, start + step)) for name in range(len(publishers))]
                for order, events in zip(orders, pool.map(read, listeners)):
                    order += events
                for each in work:
                    each.result()
    assert orders[0] == orders[1] == orders[2]
    for name in range(len(publishers)):
        assert [number for who, number in orders[0] if who == name] == list(range(count))


def test_retained_values_survive_a_restart(make_server):
    server = make_server().start()
    with bus_client(server) as one:
        for number in (1, 2):
            answer = one.request("publish", channel="topics/state", event="v", data=number, retain=True)
            assert answer["success"]
        one.request("publish", channel="global", event="system.info", data={"all": "well"}, retain=True)
    assert server.stop() == 0
    server.start()
    with bus_client(server, query="") as two:
        assert two.event("system.info")["retained"]
        two.subscribe("topics/*")
        assert two.event("v")["data"] == 2
