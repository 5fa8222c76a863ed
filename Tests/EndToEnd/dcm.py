"""A dcm server as a process, and a small REST client."""
import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time

READY_SECONDS = 20


def free_ports(count):
    """Ports that were free a moment ago. All are held until all are known, so that no two are the same."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def environment(extra=None):
    """The environment of the tests without what would configure a server."""
    names = {"HOST", "PORT", "WS_PORT", "WS_AUTH_SECRET", "DATABASE_URL", "NODE_ENV", "CONTEXT_MANAGER_URL", "CONTEXT_MANAGER_WS_URL"}
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in names and not name.startswith(("DB_", "DCM_", "TOOL_"))
    }
    env.update(extra or {})
    return env


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Connection:
    """One keep-alive connection to the REST port."""

    def __init__(self, port, timeout=20):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def request(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def close(self):
        self.connection.close()


class Server:
    def __init__(self, binary, data, *arguments, env=None, **options):
        self.binary = binary
        self.data = data
        self.arguments = arguments
        self.env = environment(env)
        self.options = options
        self.port, self.ws_port = free_ports(2)
        self.log_path = data.parent / f"{data.name}-{self.port}.log"
        self.process = None
        self.start_seconds = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self):
        return f"ws://127.0.0.1:{self.ws_port}/"

    def command(self):
        ports = ["--port", str(self.port), "--ws-port", str(self.ws_port)]
        return [str(self.binary), "serve", *ports, "--data", str(self.data), *self.arguments]

    def spawn(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env, **self.options
            )

    def start(self):
        began = time.monotonic()
        self.spawn()
        self.wait_ready(began)
        return self

    def wait_ready(self, began):
        while time.monotonic() - began < READY_SECONDS:
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.log()}"
            try:
                if all(self.health(port) == 200 for port in (self.port, self.ws_port)):
                    self.start_seconds = time.monotonic() - began
                    return
            except (ConnectionError, http.client.HTTPException):
                # The pause between two tries of a poll; nothing is assumed to have happened after it.
                time.sleep(0.002)
        raise AssertionError(f"the server was not ready within {READY_SECONDS} s:\n{self.log()}")

    @staticmethod
    def health(port):
        connection = Connection(port, timeout=5)
        try:
            return connection.request("GET", "/health").status
        finally:
            connection.close()

    def run_to_end(self, seconds=20):
        """Runs a server that is expected to refuse to start. Returns (exit code, stdout, stderr)."""
        result = subprocess.run(
            self.command(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, env=self.env,
            **self.options,
        )
        return result.returncode, result.stdout, result.stderr

    def request(self, method, path, body=None, headers=None, timeout=20):
        connection = Connection(self.port, timeout)
        try:
            return connection.request(method, path, body, headers)
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def post(self, path, body, headers=None):
        return self.request("POST", path, body, headers)

    def actions(self, query=""):
        """All actions, page by page, newest first."""
        found = []
        while True:
            answer = self.get(f"/api/actions?limit=1000&offset={len(found)}{query}")
            assert answer.status == 200, answer
            page = answer.json["actions"]
            found += page
            if len(page) < answer.json["limit"]:
                return found

    def session_counters(self):
        """Tool calls by session, read from the store of a stopped server."""
        with contextlib.closing(sqlite3.connect(self.data / "store.db")) as store:
            return dict(store.execute("SELECT id, total_tools_used FROM sessions"))

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=20):
        return self.process.wait(seconds)

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None


def action(tool_name="Test", **fields):
    return {"tool_name": tool_name, "tool_type": "builtin", **fields}


def eventually(condition, seconds=10):
    """Polls until the condition gives something true and returns it."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)
