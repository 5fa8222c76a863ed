"""dcm migrate: the old database goes in whole, can be seen to be whole, and comes out again."""
import contextlib
import json
import os
import signal
import sqlite3
import subprocess

import pytest

import imported
from dcm import action, environment
from migration import BOTH, JOURNALS, running_server


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
@JOURNALS
def test_any_kill_is_gone_on_from(place, make_old, store, journal, long):
    """The command, its server and the database are killed at random points until the migration is through; then it is
    done once more, something is learnt, and all of it is taken back."""
    place = place(store)
    rows = 1_000_000 if long else 30_000
    old = make_old(rows, scores=100_000 if long else 3000, odd=0.02, journal=journal)
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
    scores = imported.scores(place.contents)
    imported.check_scores(scores, old.scores)
    assert rejected_rows(report) == [sorted(old.rejected), sorted(old.rejected_scores)]

    again = place.migrate.apply(old)
    assert (again["actions"]["imported"], again["scores"]["imported"]) == (0, 0)
    assert imported.scores(place.contents) == scores

    server = place.server()
    for _ in range(3):
        assert server.post("/api/actions", action("Bash", input="word1 unheard", session_id="since")).status == 201
    server.stop()
    place.migrate.rollback()
    left = imported.everything(place.contents)
    assert {name: len(found) for name, found in left.items() if found} == {"actions": 3, "sessions": 1, "scores": 2}
    learnt = {(key[0], row[1], row[2]) for key, row in imported.scores(place.contents).items()}
    assert learnt == {("word1", 3, 3), ("unheard", 3, 3)}


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
    assert plan["target"]["rows"] == {"actions": 0, "routing_scores": 0, "sessions": 0}
    assert plan["target"]["freeBytes"] > 0 and "a new store" in plan["target"]["place"]
    changes = {(sample["table"], change["column"]): change for sample in plan["samples"] for change in sample["changes"]}
    assert all(change["from"] != change["to"] for change in changes.values()), changes
    score = changes["keyword_tool_scores", "score"]
    assert (score["from"], score["to"]) == ("7.5", "5")
    assert old.path.read_bytes() == before and not place.data.exists()
    text = place.migrate.run("plan", "--from", str(old.path))
    assert text.returncode == 2 and "created_at is no time" in text.stdout and "free space" in text.stdout
    assert "score from 7.5 to 5" in text.stdout and "0 actions" in text.stdout


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
