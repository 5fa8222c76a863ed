"""A client of the JSON protocol over Python's `websockets`."""
import collections
import contextlib
import itertools
import json

from websockets.sync.client import connect

SECONDS = 15


class BusClient:
    def __init__(self, url, **options):
        options.setdefault("proxy", None)
        self.context = contextlib.ExitStack()
        self.socket = self.context.enter_context(connect(url, open_timeout=SECONDS, close_timeout=2, **options))
        self.ids = itertools.count(1)
        # Received while something else was waited for.
        self.kept = collections.deque()
        self.connected = self.receive()

    def send(self, **message):
        self.socket.send(json.dumps(message))

    def read(self, seconds):
        """The next message from the socket that isn't the server's own ping."""
        while True:
            message = json.loads(self.socket.recv(timeout=seconds))
            if message.get("type") != "ping":
                return message

    def receive(self, seconds=SECONDS):
        """The next message in order of arrival."""
        return self.kept.popleft() if self.kept else self.read(seconds)

    def receive_until(self, condition, seconds=SECONDS):
        """The first message for which the condition holds. The others stay, in their order."""
        for index, message in enumerate(self.kept):
            if condition(message):
                del self.kept[index]
                return message
        while True:
            message = self.read(seconds)
            if condition(message):
                return message
            self.kept.append(message)

    def event(self, name, seconds=SECONDS):
        return self.receive_until(lambda message: message.get("event") == name, seconds)

    def request(self, type, **fields):
        """Sends with a correlation id and returns the ack."""
        id = f"request-{next(self.ids)}"
        self.send(type=type, id=id, **fields)
        return self.receive_until(lambda message: message.get("type") == "ack" and message.get("id") == id)

    def subscribe(self, channel):
        answer = self.request("subscribe", channel=channel)
        assert answer["success"], answer

    def publish(self, channel, event, data):
        answer = self.request("publish", channel=channel, event=event, data=data)
        assert answer["success"], answer

    def authenticate(self, agent, **fields):
        answer = self.request("auth", agent_id=agent, **fields)
        assert answer["success"], answer

    def close(self):
        self.context.close()


@contextlib.contextmanager
def bus_client(server, query="?global=0", **options):
    client = BusClient(server.ws_url + query, **options)
    try:
        yield client
    finally:
        client.close()
