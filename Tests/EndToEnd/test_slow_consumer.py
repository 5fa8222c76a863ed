"""A subscriber that stops reading is closed with 4008 and slows nobody."""
import json
import threading

import pytest
import websockets

from bus_client import BusClient, bus_client
from dcm import Connection, action

TEXT = "x" * 20_000
ENOUGH = 20_000


def test_slow_consumer_is_closed_and_the_others_are_not(server):
    # A queue of one frame: `websockets` stops reading from its socket while nobody receives.
    slow = BusClient(server.ws_url + "?global=0", max_queue=1, compression=None)
    slow.subscribe("topics/flood")
    with bus_client(server, compression=None) as reader, bus_client(server, compression=None) as publisher:
        reader.subscribe("topics/flood")
        received = []
        reading = threading.Thread(target=read_until_end, args=(reader, received))
        reading.start()
        published = 0
        # Ends as soon as the server has let go of the slow one.
        while published < ENOUGH and clients(server) == 3:
            for _ in range(100):
                publisher.publish("topics/flood", "n", {"n": published, "text": TEXT})
                published += 1
        publisher.publish("topics/flood", "end", {})
        reading.join()
        assert clients(server) == 2, "the slow consumer was never closed"
        assert received == list(range(published)), "a healthy subscriber missed messages"
        assert server.post("/api/actions", action()).status == 201
    with pytest.raises(websockets.ConnectionClosed) as closed:
        while True:
            slow.receive()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4008


def read_until_end(reader, received):
    while (message := reader.receive(60))["event"] != "end":
        received.append(message["data"]["n"])


def clients(server):
    connection = Connection(server.ws_port)
    try:
        return json.loads(connection.request("GET", "/health").body)["connectedClients"]
    finally:
        connection.close()
