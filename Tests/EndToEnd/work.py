"""Agents that record and talk while something happens to the database, and what must be true after it."""
import contextlib
import time

from dcm import eventually
from delivery import Delivery
from load import Load, Phases, figures, percentile, seed
from recorded import check, drained

# Longer than any answer needs that doesn't wait for a database, on a busy machine.
PROMPT = 2.0
# Seconds before and after, to compare with.
STRETCH = 1.5


class Work:
    """A server and its agents. `refuses`: whether records may be refused for a time, with 503 and Retry-After."""

    def __init__(self, server, cluster, name, show, refuses=False, **load):
        self.server = server
        self.cluster = cluster
        self.name = name
        self.show = show
        self.refuses = refuses
        self.load = load
        self.phases = Phases()

    @contextlib.contextmanager
    def around(self, recovery=60):
        seeds = {seed(self.server, self.name)}
        drained(self.server)
        delivery, load = Delivery(self.server), Load(self.server, self.name, **self.load)
        self.phases.begin("before")
        accept_for(self.server, STRETCH)
        self.phases.begin("during")
        yield
        drained(self.server, recovery, busy=True)
        self.phases.begin("after")
        accept_for(self.server, STRETCH)
        sent, samples = load.stop(), delivery.stop()
        drained(self.server)
        count = check(self.cluster, sent, seeds=seeds)
        self.judge(count, sent, samples)

    def judge(self, count, sent, samples):
        measured = {
            "delivery": samples,
            "POST": [(at, seconds) for kind, at, seconds in sent.times if kind == "post"],
            "hook": [(at, seconds) for kind, at, seconds in sent.times if kind == "hook"],
        }
        self.show(f"[{self.name}: {count} records, refused {dict(sent.refused)}]")
        for title, times in measured.items():
            self.show(figures(title, self.phases, times))
        assert not sent.unanswered, sent.unanswered[:5]
        assert bool(sent.refused) == self.refuses, sent.refused
        for title, times in measured.items():
            for phase, seconds in self.phases.split(times).items():
                assert seconds and max(seconds) < PROMPT, f"{title} {phase}: {max(seconds, default=None)} s"
        split = self.phases.split(samples)
        p99 = {name: percentile(seconds, 0.99) for name, seconds in split.items()}
        # Unaffected: what differs is the noise of a machine on which everything runs at once.
        assert p99["during"] < 3 * max(p99["before"], p99["after"]) + 0.02, f"p99 of delivery in seconds: {p99}"


def counter(server, name):
    (line,) = (line for line in server.get("/metrics").body.decode().splitlines() if line.startswith(f"{name} "))
    return int(line.split()[1])


def accepted(server):
    """How many records the journal has taken since the start of the server."""
    return counter(server, "dcm_journal_records_total")


def refuse(server):
    """Waits until a record is refused."""
    before = counter(server, "dcm_journal_refused_total")
    refused = lambda: counter(server, "dcm_journal_refused_total") > before
    assert eventually(refused, seconds=30), "the journal never became full"


def accept(server, count):
    """Waits until so many more records were accepted."""
    goal = accepted(server) + count
    assert eventually(lambda: accepted(server) >= goal, seconds=30), "records are not accepted any more"


def accept_for(server, seconds):
    """Lets the agents work for some time, and looks that they do."""
    end = time.monotonic() + seconds
    accept(server, 1)
    while time.monotonic() < end:
        accept(server, 20)
