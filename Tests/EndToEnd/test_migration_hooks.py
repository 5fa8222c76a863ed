"""The old hook writes on while its database is migrated, with and without the new one beside it."""
import contextlib
import datetime
import json
import signal
import sqlite3

import pytest

import imported
from dcm import action, eventually
from migration import BOTH, JOURNALS, OldHook


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
    show(
        f"{journal}: {report['lockMilliseconds']:.1f} ms under the lock of the copy, at least {report['refusedWrites']} "
        f"writes refused by it; {hook.refused} of {hook.refused + hook.accepted} refused in all"
    )
    if journal == "wal":
        assert report["lockMilliseconds"] == 0 and report["refusedWrites"] == 0
    assert report["refusedWrites"] <= hook.refused
    done = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "0", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    with contextlib.closing(sqlite3.connect(old.path)) as source:
        written = source.execute("SELECT id FROM tool_usage ORDER BY id").fetchall()
    found = imported.actions(place.contents)
    assert [(row,) for row in sorted(found)] == written, "rows are missing or doubled"
    assert sum(row["session_id"] == "old" for row in found.values()) == hook.accepted


@pytest.mark.parametrize("store, journal", [("sqlite", "wal"), ("sqlite", "delete"), ("postgres", "delete")])
def test_both_hooks_write_while_it_is_applied_and_followed(place, make_old, store, journal, show):
    """None is missed and none is doubled, whatever half of a call comes first, and whenever it comes."""
    place = place(store)
    old = make_old(10_000, journal=journal, odd=0, scores=30)
    server = place.server()
    with OldHook(old.path, server) as hook:
        assert eventually(lambda: hook.calls["both"] > 20)
        report = place.migrate.apply(old)
        follow = place.migrate.start("follow", "--from", str(old.path), "--lag", "1", "--json")
        try:
            goal = hook.calls["both"] + 200
            assert eventually(lambda: hook.calls["both"] > goal, seconds=60)
            once = lambda: [job for job in server.get("/api/jobs").json["jobs"] if job["progress"].get("settledThrough")]
            assert eventually(once, seconds=60), "nothing was followed while both wrote"
        finally:
            follow.send_signal(signal.SIGINT)
            output, errors = follow.communicate(timeout=60)
        assert follow.returncode == 0, output + errors
    assert not hook.wrong, hook.wrong[:3]
    done = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "1", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(output)["progress"]
    show(
        f"{store}, {journal}: rows {hook.rows}, calls {hook.calls}, {hook.refused} rows refused; followed: "
        f"{seen['actions']['matched']} matched, {seen['late']} of them late"
    )
    with contextlib.closing(sqlite3.connect(old.path)) as source:
        sessions = "SELECT session_id, count(*) FROM tool_usage WHERE session_id IN ('both', 'old') GROUP BY 1"
        assert dict(source.execute(sessions)) == {name: hook.rows[name] for name in ("both", "old")}
    found = imported.actions(place.contents)
    stored = {"both": 0, "old": 0}
    for row in found.values():
        if row["session_id"] in stored:
            stored[row["session_id"]] += 1
    # Each call of both ways is there as it was recorded, and only so.
    assert stored == {"both": 0, "old": hook.rows["old"]}
    assert len(found) == 10_000 + stored["old"] and report["isVerified"]
    counted = "SELECT session_id, count(*) FROM actions WHERE session_id IN ('both', 'old', 'new') GROUP BY session_id"
    here = {name: count for name, count in place.contents.rows(counted)}
    assert here == {"both": hook.calls["both"], "old": hook.rows["old"], "new": hook.calls["new"]}
    used = "SELECT id, total_tools_used FROM sessions WHERE id IN ('both', 'old', 'new')"
    assert {name: count for name, count in place.contents.rows(used)} == here


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


@BOTH
def test_a_call_that_is_recorded_late_is_not_doubled(place, make_old, store):
    """The row is stored because nothing here is the same call; then the call is recorded, and the row goes again."""
    place = place(store)
    old = make_old(20, odd=0, scores=0)
    server = place.server()

    def follow():
        result = place.migrate.run("follow", "--from", str(old.path), "--once", "--lag", "0", "--json")
        assert result.returncode == 0, result.stdout + result.stderr
        counts = json.loads(result.stdout)
        return counts["actions"]["matched"], counts["late"], counts["oldOnly"], counts["liveOnly"]

    # A moment ahead, so that the call comes within two seconds of it, however long the migration takes.
    time = int(datetime.datetime.now().timestamp() * 1000) + 1500
    old.connection.execute(
        "INSERT INTO tool_usage (session_id, tool_name, created_at) VALUES ('s', 'Bash', ?), ('s', 'Bash', ?)", [time, time]
    )
    place.migrate.apply(old, code=0)
    assert server.post("/api/actions", action("Bash", session_id="s")).status == 201
    assert server.get("/stats").json["actionCount"] == 23
    assert follow() == (1, 1, 0, 0)
    assert server.get("/stats").json["actionCount"] == 22
    sessions = place.contents.rows("SELECT total_tools_used FROM sessions WHERE id = 's'")
    assert [count for (count,) in sessions] == [2]
    assert follow() == (0, 0, 0, 0)
    status = place.migrate.run("status")
    assert status.returncode == 0 and "1 calls on both sides, 1 of them recorded late" in status.stdout, status.stdout
    # What is taken back of the migration is all that is left of it, after it was said what that is.
    assert "migration.follow" not in place.migrate.run("rollback", "--yes", "--source", "another").stdout
    rollback = place.migrate.run("rollback", "--yes")
    assert rollback.returncode == 0 and "routing.db: 22 actions imported" in rollback.stdout, rollback.stdout
    assert "Took back 21 actions and 0 scores." in rollback.stdout
    assert server.get("/stats").json["actionCount"] == 1
    assert not place.contents.rows("SELECT 1 FROM import_matches")


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
