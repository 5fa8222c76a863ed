"""dcm migrate and an old hook as programs, and the stores that they change."""
import contextlib
import json
import os
import sqlite3
import subprocess
import threading
import time

import pytest

import imported
from dcm import action, environment

BOTH = pytest.mark.parametrize("store", ["sqlite", "postgres"])
JOURNALS = pytest.mark.parametrize("journal", ["wal", "delete"])


class Migration:
    """The commands, for one data folder and store."""

    def __init__(self, binary, data, database):
        self.binary = binary
        self.data = data
        self.database = database

    def start(self, *arguments, **options):
        where = ["--data", str(self.data), *(["--database", self.database] if self.database else [])]
        return subprocess.Popen(
            [str(self.binary), "migrate", *arguments, *where], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=environment(), **options,
        )

    def run(self, *arguments, seconds=300):
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=seconds)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def apply(self, old, *arguments, code=2):
        result = self.run("apply", "--from", str(old.path), "--yes", "--json", *arguments)
        assert result.returncode == code, f"{result.returncode}: {result.stdout}{result.stderr}"
        return json.loads(result.stdout)

    def rollback(self, *arguments):
        result = self.run("rollback", "--yes", "--json", *arguments)
        assert result.returncode == 0, f"{result.stdout}{result.stderr}"
        return json.loads(result.stdout)


class Place:
    """A store of either kind: the commands, a way to look into it past the server, and servers on it."""

    def __init__(self, binary, data, make_server, cluster=None):
        self.data = data
        self.make_server = make_server
        self.cluster = cluster
        database = cluster.url() if cluster else None
        self.contents = imported.PostgresContents(cluster) if cluster else imported.SQLiteContents(data)
        self.migrate = Migration(binary, data, database)
        self.arguments = ["--database", database] if database else []

    def server(self):
        return self.make_server(*self.arguments, data=self.data).start()


def running_server(data):
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        process = int((data / "dcm.lock").read_text().split()[1])
        command = open(f"/proc/{process}/cmdline", "rb").read()
        if b"serve" in command:
            return process
    return None


class OldHook:
    """A shell that writes 50 rows per second, each by a sqlite3 program without patience. With a server, most calls are
    recorded there as well, by turns before and after: those of the session `both`. `old` and `new` have one half only."""

    RATE = 50

    def __init__(self, path, server=None):
        self.path = path
        self.server = server
        self.accepted = 0
        self.refused = 0
        #: Rows that the old database took, and calls that the server took, by session.
        self.rows = {"both": 0, "old": 0, "new": 0}
        self.calls = {"both": 0, "old": 0, "new": 0}
        self.wrong = []
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        began = time.monotonic()
        number = 0
        while not self.ends.is_set():
            number += 1
            session = "old" if not self.server or number % 10 == 3 else "new" if number % 10 == 6 else "both"
            ways = [self.row] * (session != "new") + [self.call] * (session != "old")
            for way in ways[:: 1 if number % 2 else -1]:
                way(session, number)
            # The pace of the hook; nothing is assumed to have happened after it.
            self.ends.wait(max(0, began + number / self.RATE - time.monotonic()))

    def row(self, session, number):
        sql = (
            "INSERT INTO tool_usage (session_id, tool_name, tool_type, file_paths, exit_code, duration_ms, project_path) "
            f"VALUES ('{session}', 'Bash', 'builtin', '[]', 0, {number}, '/hook')"
        )
        result = subprocess.run(["sqlite3", str(self.path), sql], capture_output=True, text=True)
        self.accepted += result.returncode == 0
        self.refused += result.returncode != 0
        self.rows[session] += result.returncode == 0

    def call(self, session, number):
        answer = self.server.post("/api/actions", action("Bash", session_id=session, duration_ms=number))
        if answer.status == 201:
            self.calls[session] += 1
        else:
            self.wrong.append(answer)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
