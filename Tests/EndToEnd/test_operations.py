"""The commands of docs/operations.md about PostgreSQL, run as they stand there."""
import os
import re
import subprocess

import pytest

from dcm import action, environment, eventually


@pytest.fixture
def shell(binary, cluster, tmp_path):
    """A person's shell beside the database server: `dcm` and the programs of PostgreSQL are in its PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "dcm").symlink_to(binary)
    path = os.pathsep.join([str(folder), str(cluster.programs), os.environ["PATH"]])
    variables = {"PATH": path, "PGHOST": str(cluster.folder), "PGPORT": str(cluster.port), "HOME": str(tmp_path)}

    def run(commands, **more):
        # What is not in the manual: where this server is, and that a server doesn't run in the foreground of a test.
        commands = commands.replace("localhost:5432", f"localhost:{cluster.port}").replace("/backups", str(tmp_path))
        commands = re.sub(r"^(DATABASE_URL=\S+ )?dcm serve$", "", commands, flags=re.MULTILINE)
        result = subprocess.run(
            ["bash", "-ec", commands], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
            env={**environment(variables), **more}, cwd=tmp_path,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    yield run
    for database in ("claude_context", "restored"):
        cluster.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", database="postgres")
    for role in ("dcm", "dcm_owner"):
        cluster.sql(f"DROP ROLE IF EXISTS {role}", database="postgres")


@pytest.fixture
def manual(root):
    """The commands below a heading, in their order."""
    text = (root / "docs/operations.md").read_text()

    def commands(heading):
        section = re.split(r"^#+ ", text.split(f" {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
        blocks = re.findall(r"(?:^    .*\n)+", section, flags=re.MULTILINE)
        return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]

    return commands


def records(server, count):
    for _ in range(count):
        assert server.post("/api/actions", action(input="zebra")).status == 201
    assert eventually(lambda: server.get("/health").json["journal"]["backlog"] == 0)


def test_one_role_does_everything(manual, shell, make_server, cluster):
    (commands,) = manual("One role")
    assert "created" in shell(commands)
    url = f"postgres://dcm:change-me@localhost:{cluster.port}/claude_context"
    server = make_server(env={"DATABASE_URL": url}).start()
    records(server, 3)
    assert "actions          3 rows" in shell("dcm database status", DATABASE_URL=url)
    server.kill()


def test_two_roles_a_backup_and_what_is_restored(manual, shell, make_server, cluster, tmp_path):
    (commands,) = manual("A server that can't change tables")
    assert "created" in shell(commands)
    url = lambda database: f"postgres://dcm:server-secret@localhost:{cluster.port}/{database}"
    server = make_server(env={"DATABASE_URL": url("claude_context")}).start()
    records(server, 3)
    (backups,) = manual("Backup")
    dump = next(line for line in backups.splitlines() if ".dump" in line)
    shell(dump, DATABASE_URL=url("claude_context"))
    records(server, 2)
    assert server.stop() == 0

    restore = next(block for block in manual("Restore") if "pg_restore" in block)
    shell(restore, PGPASSWORD="owner-secret")
    grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO dcm"
    shell(f"psql -U dcm_owner -h localhost -d restored -c '{grant}'", PGPASSWORD="owner-secret")
    restored = make_server(env={"DATABASE_URL": url("restored")}, data=server.data).start()
    assert eventually(lambda: restored.get("/health").json["journal"]["backlog"] == 0)
    # What the backup doesn't have may still be in the journal.
    count = restored.get("/stats").json["actionCount"]
    assert 3 <= count <= 5
    records(restored, 1)
    assert restored.get("/stats").json["actionCount"] == count + 1
    uses = restored.get("/api/routing/suggest?keywords=zebra").json["suggestions"][0]["usage_count"]
    assert uses == count + 1
    restored.kill()
