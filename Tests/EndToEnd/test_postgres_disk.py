"""The disk of PostgreSQL refuses writes, or the journal is full: what was accepted is there once there is room again."""
import os
import pathlib
import resource
import shutil
import tempfile

import pytest

from dcm import eventually
from load import Load, seed
from postgres import Cluster
from recorded import check, drained
from test_disk_full import SmallDisk
from work import Work, accept, refuse


def reason(server):
    return server.get("/health").json["journal"]["reason"]


class DatabaseDisk(SmallDisk):
    """Where mounting isn't allowed, the files of PostgreSQL may not grow beyond the log's first page."""

    @property
    def kind(self):
        return super().kind if self.mounted else "RLIMIT_FSIZE of 64 KB, because mounting isn't allowed here"

    def fill_for(self, cluster):
        self.fill() if self.mounted else limit_files(cluster, 64 << 10)

    def free_for(self, cluster):
        if self.mounted:
            self.filler.unlink()
        elif cluster.process.poll() is None:
            limit_files(cluster, resource.RLIM_INFINITY)


def limit_files(cluster, size):
    for process in cluster.processes():
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture
def make_disk(show):
    """Outside of the tests' own folder, which other users can't enter."""
    disks = []

    def make(megabytes):
        disk = DatabaseDisk(pathlib.Path(tempfile.mkdtemp(prefix="dcm-disk-")) / "disk", megabytes)
        disk.folder.parent.chmod(0o755)
        disks.append(disk)
        show(f"[full disk: {disk.kind}]")
        return disk

    yield make
    for disk in disks:
        disk.close()
        shutil.rmtree(disk.folder.parent)


@pytest.fixture
def small_database(cluster, make_disk):
    """The tables are on a small disk of their own; everything else of PostgreSQL goes on."""
    disk = make_disk(24)
    if cluster.owner:
        os.chown(disk.folder, cluster.owner["user"], cluster.owner["group"])
    cluster.sql(f"CREATE TABLESPACE small LOCATION '{disk.folder}'", database="postgres")
    create = "CREATE DATABASE claude_context ENCODING 'UTF8' TEMPLATE template0 TABLESPACE small"
    cluster.sql(create, database="postgres")
    yield disk
    cluster.drop("claude_context")
    cluster.sql("DROP TABLESPACE small", database="postgres")


def test_no_room_for_rows(make_server, cluster, small_database, at_work):
    server = make_server("--database", cluster.url()).start()
    with at_work(server, "rows", filler=8000):
        small_database.fill_for(cluster)
        assert eventually(lambda: reason(server) is not None, seconds=30), server.get("/health")
        accept(server, 300)
        small_database.free_for(cluster)
    server.kill()


def test_killed_while_there_is_no_room_for_rows(make_server, cluster, small_database):
    server = make_server("--database", cluster.url()).start()
    seeds = {seed(server, "killed")}
    drained(server)
    load = Load(server, "killed", filler=8000)
    small_database.fill_for(cluster)
    assert eventually(lambda: reason(server) is not None, seconds=30), server.get("/health")
    server.kill()
    sent = load.stop()
    server.start()
    assert server.get("/health").json["status"] == "degraded"
    seeds.add(seed(server, "restarted"))
    small_database.free_for(cluster)
    drained(server)
    check(cluster, sent, seeds=seeds)
    server.kill()


def test_no_room_for_the_log(make_server, make_disk, show):
    """PostgreSQL ends itself when it can't write its log; somebody makes room and starts it again."""
    disk = make_disk(128)
    cluster = Cluster(disk.folder, max_wal_size="32MB", min_wal_size="32MB")
    try:
        server = make_server("--database", cluster.start().url()).start()
        with Work(server, cluster, "log", show, filler=16_000).around():
            disk.fill_for(cluster)
            assert eventually(lambda: reason(server) is not None, seconds=60), "the disk was not full enough"
            accept(server, 300)
            disk.free_for(cluster)
            cluster.restart()
        server.kill()
    finally:
        cluster.close()


def test_writes_are_forbidden(database_server, cluster, at_work):
    with at_work(database_server, "readonly"):
        set_read_only(cluster, "on")
        try:
            accept(database_server, 300)
            assert eventually(lambda: reason(database_server) is not None), database_server.get("/health")
        finally:
            set_read_only(cluster, "off")


def set_read_only(cluster, value):
    with cluster.connect("postgres") as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        connection.execute("SELECT pg_reload_conf()")
    # Connections that are there look at it between two transactions.
    assert eventually(lambda: cluster.value("SHOW default_transaction_read_only", database="postgres") == value)


def test_away_longer_than_the_journal_has_room(make_server, cluster, at_work):
    """503 with Retry-After while it is full; everything that was answered 201 is there afterwards."""
    server = make_server("--database", cluster.url(), "--journal-size", "1").start()
    with at_work(server, "full", refuses=True, filler=2000):
        cluster.stop()
        try:
            refuse(server)
            health = server.get("/health").json
            assert health["status"] == "degraded" and health["journal"]["backlog"] > 0, health
        finally:
            cluster.start()
