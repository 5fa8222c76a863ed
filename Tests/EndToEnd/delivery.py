"""How long a message takes from one agent to another, measured all the time from a process of its own."""
import json
import time

from bus_client import bus_client
from load import processes

INTERVAL = 0.005


class Place:
    def __init__(self, ws_url):
        self.ws_url = ws_url


def measure(pipe, ws_url):
    samples = []
    with bus_client(Place(ws_url)) as listener, bus_client(Place(ws_url)) as speaker:
        listener.subscribe("topics/probe")
        pipe.send("started")
        number = 0
        # The pace of the messages.
        while not pipe.poll(INTERVAL):
            number += 1
            began = time.monotonic()
            speaker.send(type="publish", channel="topics/probe", event="probe.sent", data={"number": number})
            message = listener.event("probe.sent", seconds=10)
            now = time.monotonic()
            # Each one once and in order.
            assert message["data"]["number"] == number, json.dumps(message)
            samples.append((now, now - began))
    pipe.send(samples)


class Delivery:
    """Publishes and receives from here on; `stop` gives (end, seconds) of every message. None was lost."""

    def __init__(self, server):
        self.pipe, other = processes.Pipe()
        self.process = processes.Process(target=measure, args=(other, server.ws_url), daemon=True)
        self.process.start()
        other.close()
        assert self.pipe.recv() == "started"

    def stop(self):
        self.pipe.send("stop")
        samples = self.pipe.recv()
        self.process.join()
        return samples
