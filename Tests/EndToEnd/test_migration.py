"""dcm migrate: the old database goes in whole, can be seen to be whole, and comes out again."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

import imported
from dcm import action, environment, eventually
from old_database import OldDatabase

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


@pytest.fixture
def place(request, tmp_path, binary, make_server):
    """A store of either kind: the commands, a way to look into it past the server, and servers on it."""

    class Place:
        def __init__(self, store):
            self.data = tmp_path / "data"
            database = None
            if store == "postgres":
                cluster = request.getfixturevalue("cluster")
                database = cluster.url()
                self.contents = imported.PostgresContents(cluster)
                self.cluster = cluster
            else:
                self.contents = imported.SQLiteContents(self.data)
            self.migrate = Migration(binary, self.data, database)
            self.arguments = ["--database", database] if database else []

            places.append(self)

        def server(self):
            return make_server(*self.arguments, data=self.data).start()

    places = []
    yield Place
    for place in places:
        # One that a command has started, and that was killed before it could end it.
        server = running_server(place.data)
        if server:
            os.kill(server, signal.SIGKILL)


@pytest.fixture
def make_old(tmp_path):
    made = []

    def make(rows, name="routing.db", **options):
        made.append(OldDatabase(tmp_path / name, rows, **options))
        return made[-1]

    yield make
    for old in made:
        old.close()


def rejected_rows(report):
    lines = [json.loads(line) for line in open(report["rejectedRows"], encoding="utf-8")]
    return [
        sorted(line["rowid"] for line in lines if line["table"] == table)
        for table in ("tool_usage", "keyword_tool_scores")
    ]


@BOTH
@JOURNALS
def test_apply_brings_everything_and_rollback_takes_it_back(place, make_old, store, journal):
    place = place(store)
    old = make_old(3000, journal=journal)
    before = old.path.read_bytes()
    # Makes an empty store.
    place.server().stop()
    empty = imported.everything(place.contents)

    report = place.migrate.apply(old)
    assert report["isVerified"] and report["actions"]["imported"] == len(old.expected)
    assert report["pictureMethod"] == ("backup" if journal == "wal" else "copy")
    imported.check(place.contents, old)
    found = imported.scores(place.contents)
    imported.check_scores(found, old.scores)
    assert rejected_rows(report) == [sorted(old.rejected), sorted(old.rejected_scores)]
    assert old.path.read_bytes() == before, "the source was changed"

    # A second run changes nothing.
    again = place.migrate.apply(old)
    assert (again["actions"]["imported"], again["actions"]["present"]) == (0, len(old.expected))
    assert again["scores"]["imported"] == 0
    imported.check(place.contents, old)
    assert imported.scores(place.contents) == found

    undone = place.migrate.rollback()
    assert undone["actions"] == len(old.expected)
    assert imported.everything(place.contents) == empty


@BOTH
def test_learning_since_stays_when_the_migration_goes(place, make_old, store):
    """The same work with and without a migration in between ends in the same store."""
    place = place(store)
    old = make_old(500, scores=60)

    def work(server, part):
        for index in range(30):
            body = action(
                "Bash", input=f"word{index % 4} word{part}", exit_code=int(index % 3 == 0), session_id=f"s{index % 3}",
                project_path="/p1",
            )
            assert server.post("/api/actions", body).status == 201
        verdict = {"tool_name": "Bash", "keywords": ["word1"], "chosen": True}
        assert server.post("/api/routing/feedback", verdict).status == 200

    server = place.server()
    work(server, 1)
    place.migrate.apply(old, "--scores", "sum")
    work(server, 2)
    suggested = server.get("/api/routing/suggest?keywords=word9&limit=50").json["suggestions"]
    assert suggested, "what was imported is not suggested"
    place.migrate.rollback("--source", "routing.db")
    assert not server.get("/api/routing/suggest?keywords=word9&limit=50").json["suggestions"]
    server.stop()
    found = imported.scores(place.contents)

    reference = {}
    for part in (1, 2):
        for index in range(30):
            for word in (f"word{index % 4}", f"word{part}") if index % 4 != part else (f"word{part}",):
                weight, uses, successes = reference.get(word, (None, 0, 0))
                success = index % 3 != 0
                weight = 1.0 if weight is None else min(5, max(0.1, weight + (0.1 if success else -0.05)))
                reference[word] = (weight, uses + 1, successes + success)
        weight, uses, successes = reference["word1"]
        reference["word1"] = (min(5, weight + 0.2), uses, successes)
    imported.check_scores({key[0]: row[:3] for key, row in found.items()}, reference)
    assert not imported.actions(place.contents)


@BOTH
def test_any_kill_is_gone_on_from(place, make_old, store, long, binary):
    """The command, its server and the database are killed at random points until the migration is through."""
    place = place(store)
    rows = 1_000_000 if long else 30_000
    old = make_old(rows, scores=100_000 if long else 3000, odd=0.02)
    randomness = old.random
    kills = 0
    while True:
        process = place.migrate.start("apply", "--from", str(old.path), "--yes", "--json")
        try:
            output, errors = process.communicate(timeout=randomness.uniform(0.2, 20 if long else 2.5) if kills < 6 else 900)
            break
        except subprocess.TimeoutExpired:
            kills += 1
        server = running_server(place.data)
        victims = [process.pid, *([server] if server else [])]
        randomness.shuffle(victims)
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        process.communicate()
        if store == "postgres" and kills % 2 == 0:
            place.cluster.kill()
            place.cluster.restart()
    assert process.returncode == 2, f"{process.returncode}: {output}{errors}"
    report = json.loads(output)
    assert report["isVerified"]
    imported.check(place.contents, old)
    imported.check_scores(imported.scores(place.contents), old.scores)
    assert rejected_rows(report) == [sorted(old.rejected), sorted(old.rejected_scores)]


def running_server(data):
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        process = int((data / "dcm.lock").read_text().split()[1])
        command = open(f"/proc/{process}/cmdline", "rb").read()
        if b"serve" in command:
            return process
    return None


class OldHook:
    """A shell loop that writes 50 rows per second, each by a sqlite3 program without patience."""

    def __init__(self, path, sleep=0.02):
        self.path = path
        self.sleep = sleep
        self.accepted = 0
        self.refused = 0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        number = 0
        while not self.ends.is_set():
            number += 1
            sql = (
                "INSERT INTO tool_usage (session_id, tool_name, tool_type, file_paths, exit_code, duration_ms, project_path) "
                f"VALUES ('hook', 'Bash', 'builtin', '[]', 0, {number}, '/hook')"
            )
            result = subprocess.run(["sqlite3", str(self.path), sql], capture_output=True, text=True)
            self.accepted += result.returncode == 0
            self.refused += result.returncode != 0
            time.sleep(self.sleep)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()


@JOURNALS
def test_the_old_hook_goes_on_writing(place, make_old, journal, show):
    place = place("sqlite")
    old = make_old(20_000, journal=journal, odd=0)
    with OldHook(old.path) as hook:
        assert eventually(lambda: hook.accepted > 5)
        report = place.migrate.apply(old, code=2)
        caught = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "0", "--json")
        assert caught.returncode == 0, caught.stdout + caught.stderr
        assert eventually(lambda: hook.accepted > 20)
    show(f"{journal}: {report['lockMilliseconds']:.1f} ms under the lock, {hook.refused} of {hook.accepted} writes refused")
    if journal == "wal":
        assert report["lockMilliseconds"] == 0
    done = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "0", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    with contextlib.closing(sqlite3.connect(old.path)) as source:
        written = source.execute("SELECT id FROM tool_usage ORDER BY id").fetchall()
    found = imported.actions(place.contents)
    assert [(row,) for row in sorted(found)] == written, "rows are missing or doubled"
    assert sum(row["session_id"] == "hook" for row in found.values()) == hook.accepted


@BOTH
def test_both_hooks_run_and_no_call_is_doubled(place, make_old, store):
    """Calls come by both ways, in either order, some by one way only."""
    place = place(store)
    old = make_old(200, odd=0, scores=0)
    server = place.server()
    place.migrate.apply(old, code=0)

    def live(session):
        assert server.post("/api/actions", action("Bash", session_id=session)).status == 201

    def old_row(session):
        old.connection.execute("INSERT INTO tool_usage (session_id, tool_name) VALUES (?, 'Bash')", [session])

    for index in range(10):
        for way in [(live, old_row), (old_row, live)][index % 2]:
            way(f"both{index % 3}")
    for _ in range(3):
        live("live")
    for _ in range(4):
        old_row("old")
    follow = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "1", "--json")
    assert follow.returncode == 0, follow.stdout + follow.stderr
    counts = json.loads(follow.stdout)
    assert (counts["actions"]["matched"], counts["oldOnly"], counts["liveOnly"]) == (10, 4, 3)
    assert server.get("/stats").json["actionCount"] == 200 + 10 + 3 + 4
    # Taken over once more as a whole: all of it is known.
    again = place.migrate.apply(old, code=0)
    assert (again["actions"]["imported"], again["actions"]["matched"], again["actions"]["present"]) == (0, 10, 204)
    compared = place.migrate.run("compare", "--from", str(old.path), "--days", "1", "--json")
    assert compared.returncode == 2
    report = json.loads(compared.stdout)
    assert [(line["toolName"], line["old"], line["recorded"], line["imported"]) for line in report["differences"]] == [
        ("Bash", 14, 13, 4)
    ]


def test_rows_that_got_other_numbers_are_noticed(place, make_old):
    place = place("sqlite")
    old = make_old(50, odd=0, scores=0)
    place.migrate.apply(old, code=0)
    # The last row goes, and its number comes again.
    old.connection.execute("DELETE FROM tool_usage WHERE id > 45")
    old.connection.execute("UPDATE sqlite_sequence SET seq = 45 WHERE name = 'tool_usage'")
    for _ in range(6):
        old.connection.execute("INSERT INTO tool_usage (session_id, tool_name) VALUES ('new', 'Bash')")
    follow = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "0", "--json")
    assert follow.returncode == 0, follow.stdout + follow.stderr
    rows = place.contents.rows("SELECT session_id, count(*) FROM actions GROUP BY session_id = 'new'")
    assert sorted(count for _, count in rows) == [6, 50]


def test_plan_touches_nothing_and_tells_what_would_be(place, make_old):
    place = place("sqlite")
    old = make_old(500)
    before = old.path.read_bytes()
    result = place.migrate.run("plan", "--from", str(old.path), "--json")
    assert result.returncode == 2, result.stderr
    plan = json.loads(result.stdout)
    tables = {table["name"]: table for table in plan["tables"]}
    assert tables["tool_usage"]["rejected"] == len(old.rejected)
    assert tables["tool_usage"]["accepted"] == len(old.expected)
    assert tables["keyword_tool_scores"]["rejected"] == len(old.rejected_scores)
    assert plan["otherTables"] == ["sessions"] and plan["damage"] == []
    assert old.path.read_bytes() == before and not place.data.exists()
    text = place.migrate.run("plan", "--from", str(old.path))
    assert text.returncode == 2 and "created_at is no time" in text.stdout and "free space" in text.stdout


@pytest.mark.parametrize("content", [None, b"", b"this is no database at all", "empty"])
def test_what_can_not_be_migrated_is_one_sentence(place, tmp_path, content):
    place = place("sqlite")
    path = tmp_path / "routing.db"
    if content == "empty":
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE something (x)")
            db.commit()
    elif content is not None:
        path.write_bytes(content)
    for command in (["plan"], ["apply", "--yes"]):
        result = place.migrate.run(*command, "--from", str(path))
        assert result.returncode == 1, result.stdout
        told = result.stderr.strip().splitlines()
        assert len(told) <= 2 and "routing.db" in told[-1] and not result.stdout, told


def test_a_job_is_paused_gone_on_with_and_told_on_the_bus(place, make_old):
    place = place("sqlite")
    old = make_old(60_000, odd=0.01)
    server = place.server()
    refused = server.post("/api/jobs", {"type": "migration", "from": "relative", "scores": "both"})
    assert refused.status == 400 and set(refused.json["details"]) == {"from", "scores"}
    assert server.post("/api/jobs", {"type": "nothing"}).status == 400
    begun = server.post("/api/jobs", {"type": "migration", "from": str(old.path)})
    assert begun.status == 201, begun
    job = begun.json["job"]["id"]
    assert server.post("/api/jobs", {"type": "migration.rollback"}).status == 409
    assert eventually(lambda: server.get(f"/api/jobs/{job}").json["job"]["progress"].get("rows"))
    paused = server.post(f"/api/jobs/{job}/pause", {})
    if paused.status == 200:
        rows = paused.json["job"]["progress"]["rows"]
        assert paused.json["job"]["state"] == "paused" and rows < 60_000
        assert server.post(f"/api/jobs/{job}/resume", {}).status == 200
    ended = lambda: server.get(f"/api/jobs/{job}").json["job"]["state"] == "completed"
    assert eventually(ended, seconds=120), server.get(f"/api/jobs/{job}")
    imported.check(place.contents, old)
    listed = server.get("/api/jobs").json
    assert listed["count"] == 1 and listed["jobs"][0]["id"] == job
    assert server.post(f"/api/jobs/{job}/cancel", {}).status == 409
    assert server.get("/api/jobs/00000000-0000-7000-8000-000000000000").status == 404


def test_every_command_of_the_manual_runs(root, tmp_path, binary, make_old):
    """Lines of docs/migration.md that are commands, in their order, in a home of their own."""
    home = tmp_path / "home"
    (home / ".claude").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dcm").symlink_to(binary)
    make_old(50, name="home/.claude/routing.db", odd=0, scores=6)
    commands = [
        line.strip()
        for line in (root / "docs/migration.md").read_text().splitlines()
        if line.startswith("    ") and line.strip().split(" ")[0] in ("dcm", "sqlite3", "mkdir", "cp")
    ]
    assert len(commands) > 10
    env = environment({
        "HOME": str(home), "XDG_DATA_HOME": str(home / ".local/share"), "PORT": "0", "WS_PORT": "0",
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
    })
    try:
        for command in commands:
            result = subprocess.run(
                ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=env
            )
            assert result.returncode == 0, f"{command}: {result.returncode}\n{result.stdout}{result.stderr}"
    finally:
        subprocess.run([str(binary), "stop"], env=env, capture_output=True)
