"""Fixtures of the end-to-end tests: they run the release binary as a process and talk to it from outside."""
import os
import pathlib
import signal

import pytest

from dcm import Server
from mail import WAIT
from migration import Place, running_server
from old_database import OldDatabase
from postgres import Cluster
from work import Work

ROOT = pathlib.Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="more rounds and more connections")


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} does not exist. Build it: swift build -c release --product dcm", returncode=3)


BINARY = pathlib.Path(os.environ.get("DCM_BINARY", ROOT / ".build/release/dcm")).absolute()


@pytest.fixture(scope="session")
def long(request):
    return request.config.getoption("--long")


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def binary():
    return BINARY


@pytest.fixture
def make_server(tmp_path):
    """Makes servers that are not started yet; whatever still runs at the end of the test is killed."""
    servers = []

    def make(*arguments, data=None, env=None, **options):
        server = Server(BINARY, data or tmp_path / "data", *arguments, env=env, **options)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.kill()


@pytest.fixture
def server(make_server):
    server = make_server()
    server.start()
    yield server
    # A server that died during a test is a failure of that test, whatever the test looked at.
    assert server.process is None or server.process.poll() is None, f"the server has ended:\n{server.log()}"


@pytest.fixture(scope="module")
def running_cluster():
    """A PostgreSQL for the tests of one file."""
    cluster = Cluster()
    try:
        yield cluster.start()
    finally:
        cluster.close()


@pytest.fixture
def cluster(running_cluster):
    """The same, running and empty again after each test."""
    yield running_cluster
    running_cluster.drop("claude_context")


@pytest.fixture
def database_server(make_server, cluster):
    """A server that stores in PostgreSQL; it creates its database."""
    return make_server("--database", cluster.url()).start()


@pytest.fixture(params=["sqlite", "postgres"])
def make_mail_server(request, make_server):
    """Makes servers with short waits, on each of the stores."""

    def make(*arguments, **options):
        if request.param == "postgres":
            arguments = ("--database", request.getfixturevalue("cluster").url(), *arguments)
        return make_server("--redelivery-wait", str(WAIT), *arguments, **options)

    return make


@pytest.fixture
def mail_server(make_mail_server):
    server = make_mail_server().start()
    yield server
    assert server.process is None or server.process.poll() is None, f"the server has ended:\n{server.log()}"


@pytest.fixture
def show(capsys):
    """Prints a line of figures past pytest."""

    def show(text):
        with capsys.disabled():
            print(f"\n{text}", end="")

    return show


@pytest.fixture
def at_work(cluster, show):
    """Agents record and talk. Whatever is done to the database inside, all must be well after it."""

    def at_work(server, name, recovery=60, **options):
        return Work(server, cluster, name, show, **options).around(recovery)

    return at_work


@pytest.fixture
def place(request, tmp_path, make_server):
    """Makes the place of a migration, with a store of either kind."""
    data = tmp_path / "data"

    def make(store):
        cluster = request.getfixturevalue("cluster") if store == "postgres" else None
        return Place(BINARY, data, make_server, cluster)

    yield make
    # One that a command has started, and that was killed before it could end it.
    server = running_server(data)
    if server:
        os.kill(server, signal.SIGKILL)


@pytest.fixture
def make_old(tmp_path):
    """Makes old databases."""
    made = []

    def make(rows, name="routing.db", **options):
        made.append(OldDatabase(tmp_path / name, rows, **options))
        return made[-1]

    yield make
    for old in made:
        old.close()
