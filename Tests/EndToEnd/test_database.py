"""dcm database migrate, status and backup, beside a server and without one."""
import contextlib
import json
import os
import sqlite3
import subprocess

import pytest

from dcm import action, environment

URL = "postgres://someone:s3cret%27@127.0.0.1:1/na'me"


@pytest.fixture
def database(binary):
    def run(*arguments, env=None):
        return subprocess.run(
            [str(binary), "database", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
            env=environment(env),
        )

    return run


def test_migrate_creates_the_store(database, tmp_path):
    data = tmp_path / "data"
    created = database("migrate", "--data", str(data))
    assert created.returncode == 0 and "created" in created.stdout, created.stderr
    again = database("migrate", "--data", str(data))
    assert again.returncode == 0 and "nothing was changed" in again.stdout
    status = json.loads(database("status", "--json", "--data", str(data)).stdout)
    assert status["store"] == "embedded" and status["rows"]["actions"] == 0 and status["journals"] == []


def test_a_store_in_use_is_not_migrated(database, server):
    refused = database("migrate", "--data", str(server.data))
    assert refused.returncode != 0 and len(refused.stderr.strip().splitlines()) == 1


def test_status_says_what_is_not_there(database, tmp_path):
    status = database("status", "--data", str(tmp_path / "nothing"))
    assert status.returncode != 0 and len(status.stderr.strip().splitlines()) == 1


def test_status_beside_a_server(database, server):
    for _ in range(5):
        assert server.post("/api/actions", action()).status == 201
    assert server.get("/stats").json["actionCount"] == 5
    status = database("status", "--json", "--data", str(server.data))
    assert status.returncode == 0, status.stderr
    report = json.loads(status.stdout)
    assert report["rows"]["actions"] == 5 and report["rejectedRecords"] == 0
    assert [journal["position"] for journal in report["journals"]] == [5]
    assert "actions          5 rows" in database("status", "--data", str(server.data)).stdout


def test_backup_beside_a_server_is_a_whole_store(database, server, tmp_path, make_server):
    for _ in range(20):
        assert server.post("/api/actions", action(input="x" * 5000)).status == 201
    assert server.get("/stats").json["actionCount"] == 20
    copy = tmp_path / "copy.db"
    written = database("backup", str(copy), "--data", str(server.data))
    assert written.returncode == 0, written.stderr
    assert written.stderr == "", "progress is for terminals"
    assert copy.stat().st_mode & 0o077 == 0
    with contextlib.closing(sqlite3.connect(copy)) as store:
        assert store.execute("SELECT count(*) FROM actions").fetchone() == (20,)
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    before = copy.read_bytes()
    again = database("backup", str(copy), "--data", str(server.data))
    assert again.returncode != 0 and "exists" in again.stderr
    assert copy.read_bytes() == before
    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"]

    other = tmp_path / "other"
    other.mkdir()
    copy.rename(other / "store.db")
    restored = make_server(data=other).start()
    assert restored.get("/stats").json["actionCount"] == 20
    restored.stop()


@pytest.fixture
def pg_dump(tmp_path):
    """A program in the PATH that writes down what it was given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "pg_dump"
    program.write_text(
        "#!/bin/sh\n"
        'for word; do printf "%s\\n" "$word"; case $word in --file=*) echo dump >"${word#--file=}";; esac; done '
        f">{folder}/arguments\n"
        f'printf "%s" "$PGPASSWORD" >{folder}/password\n'
        "exit ${DUMP_STATUS:-0}\n"
    )
    program.chmod(0o755)
    return folder


def test_postgres_is_left_to_pg_dump(database, pg_dump, tmp_path):
    copy = tmp_path / "a 'b $(touch x).dump"
    env = {"PATH": f"{pg_dump}:{os.environ['PATH']}", "DATABASE_URL": URL}
    written = database("backup", str(copy), env=env)
    assert written.returncode == 0, written.stderr
    assert copy.read_text() == "dump\n"
    arguments = (pg_dump / "arguments").read_text()
    assert "s3cret" not in arguments and "na\\'me" in arguments
    assert (pg_dump / "password").read_text() == "s3cret'"


def test_a_dump_that_fails_leaves_nothing(database, pg_dump, tmp_path):
    copy = tmp_path / "copy.dump"
    env = {"PATH": f"{pg_dump}:{os.environ['PATH']}", "DUMP_STATUS": "1"}
    failed = database("backup", str(copy), "--database", URL, env=env)
    assert failed.returncode != 0 and "nothing was written" in failed.stderr
    assert list(tmp_path.glob("copy.dump*")) == []


def test_the_password_is_not_shown(database):
    status = database("status", "--database", URL)
    assert status.returncode != 0
    assert "s3cret" not in status.stdout + status.stderr
