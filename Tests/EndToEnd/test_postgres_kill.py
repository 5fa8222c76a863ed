"""The server is killed with -9 while its database is away in several ways, and by itself: the same must hold."""
import contextlib
import random

import pytest

from load import Load, seed
from recorded import check, drained
from work import accept, refuse


@contextlib.contextmanager
def nothing(cluster):
    yield


@contextlib.contextmanager
def stopped(cluster):
    cluster.stop()
    try:
        yield
    finally:
        cluster.start()


@contextlib.contextmanager
def frozen(cluster):
    with cluster.frozen():
        yield


@contextlib.contextmanager
def terminated(cluster):
    for _ in range(3):
        cluster.terminate()
    yield
    cluster.terminate()


@contextlib.contextmanager
def read_only(cluster):
    def set(value):
        with cluster.connect("postgres") as connection:
            connection.execute(f"ALTER DATABASE claude_context SET default_transaction_read_only = {value}")
        cluster.terminate()

    set("on")
    try:
        yield
    finally:
        set("off")


@contextlib.contextmanager
def killed(cluster):
    """Both are killed, the server right after its database."""
    cluster.kill()
    try:
        yield
    finally:
        cluster.start()


SITUATIONS = [nothing, stopped, killed, frozen, terminated, read_only]


@pytest.mark.parametrize("situation", SITUATIONS, ids=[each.__name__ for each in SITUATIONS])
def test_killed_while(make_server, cluster, situation, long, show):
    number = random.randrange(1 << 32)
    show(f"[{situation.__name__}: seed {number}]")
    dice = random.Random(number)
    server = make_server("--database", cluster.url()).start()
    loads, seeds = [], set()

    def begin():
        label = f"{situation.__name__}-{len(loads)}"
        seeds.add(seed(server, label))
        return Load(server, label, pause=0.001)

    for _ in range(20 if long else 3):
        # The last thing before the kill, the first after it: in the middle of batches, of connecting, of loading.
        load = begin()
        accept(server, int(dice.choice([10, 100, 400]) * dice.uniform(0.5, 1.5)))
        with situation(cluster):
            accept(server, int(dice.choice([10, 100, 400]) * dice.uniform(0.5, 1.5)))
            server.kill()
            loads.append(load.stop())
            if dice.random() < 0.5:
                # It comes back while the database is still away, takes records, and is killed again.
                server.start()
                load = begin()
                accept(server, int(dice.choice([10, 100]) * dice.uniform(0.5, 1.5)))
                server.kill()
                loads.append(load.stop())
        server.start()
    drained(server)
    count = check(cluster, *loads, seeds=seeds)
    show(f"[{len(loads)} kills: {count} records, {sum(len(load.unanswered) for load in loads)} without an answer]")
    assert server.get("/stats").json["actionCount"] == count


def test_killed_while_the_journal_is_full(make_server, cluster, long, show):
    server = make_server("--database", cluster.url(), "--journal-size", "1").start()
    drained(server)
    loads, seeds = [], set()
    for turn in range(10 if long else 2):
        seeds.add(seed(server, f"full-{turn}"))
        with stopped(cluster):
            loads.append(Load(server, f"full-{turn}", filler=3000))
            refuse(server)
            server.kill()
            loads[-1] = loads[-1].stop()
            # It is full from its start on, and says so.
            server.start()
            answer = server.post("/api/actions", {"tool_name": "Refused", "tool_type": "builtin"})
            assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1, answer
        drained(server)
    show(f"[full: {check(cluster, *loads, seeds=seeds)} records]")
