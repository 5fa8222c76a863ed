"""Agents at work in a process of their own, so that neither the test nor the measuring waits for them."""
import collections
import contextlib
import http.client
import multiprocessing
import statistics
import threading
import time

from dcm import Connection, action

# A new process and not a copy of this one: threads don't survive a fork.
processes = multiprocessing.get_context("spawn")


def body(label, serial):
    """The outcome must not depend on the order in which records in flight arrive: tools that always fail or always
    succeed, and one of both outcomes for each load, whose score stays off its limits; see `seed`."""
    kind = serial % 8
    if kind == 0:
        return action("Failing", input=f"alpha word{serial // 400}", exit_code=1)
    if kind == 1:
        return action(f"Mixed{label}", input="mixed", exit_code=0 if serial // 8 % 3 == 0 else 1)
    return action("Succeeding", input=f"alpha beta word{serial // 400}", exit_code=0)


def seed(server, label):
    """The first use of a tool of both outcomes makes its row, so it has to be alone."""
    answer = server.post("/api/actions", {**action(f"Mixed{label}", input="mixed"), "file_paths": [f"/{label}/seed"]})
    assert answer.status == 201, answer
    return answer.json["action"]["id"]


class Sent:
    """What one thread has sent and how it was answered."""

    def __init__(self):
        #: Token to id, for each record that was answered 201 or, of a hook, to None.
        self.accepted = {}
        #: Tokens of requests without an answer.
        self.unanswered = []
        self.refused = collections.Counter()
        #: 503 without a Retry-After, and answers that nobody expects.
        self.wrong = []
        #: (kind, end by the system's monotonic clock, seconds) of each request.
        self.times = []

    def merge(self, other):
        self.accepted.update(other.accepted)
        self.unanswered += other.unanswered
        self.refused += other.refused
        self.wrong += other.wrong
        self.times += other.times


class Worker:
    def __init__(self, port, label, serials, pause, filler, stopped):
        self.port = port
        self.label = label
        self.serials = serials
        self.pause = pause
        self.filler = filler
        self.stopped = stopped
        self.sent = Sent()

    def run(self):
        connection = Connection(self.port)
        for serial in self.serials:
            if self.stopped.is_set():
                break
            try:
                if serial % 8 == 7:
                    self.hook(connection, serial)
                else:
                    self.action(connection, serial)
            except (OSError, http.client.HTTPException):
                # The server was killed. It is the same to the client whether or not the record got through.
                self.sent.unanswered.append(f"/{self.label}/{serial}")
                break
            # The pace of the load; nothing is assumed to have happened after it.
            self.stopped.wait(self.pause)
        connection.close()

    def request(self, connection, kind, *arguments):
        began = time.monotonic()
        answer = connection.request("POST", *arguments)
        now = time.monotonic()
        self.sent.times.append((kind, now, now - began))
        if answer.status == 503:
            self.sent.refused[kind] += 1
            if int(answer.headers["Retry-After"] or 0) < 1:
                self.sent.wrong.append(f"{answer} without Retry-After")
        elif answer.status not in (200, 201, 204):
            self.sent.wrong.append(f"{answer}")
        return answer

    def action(self, connection, serial):
        token = f"/{self.label}/{serial}"
        record = {**body(self.label, serial), "file_paths": [token], "session_id": f"{self.label}-{serial % 3}"}
        if self.filler:
            record["output"] = "x" * self.filler
        # Until it is accepted: a mixture of outcomes stays one.
        while not self.stopped.is_set():
            answer = self.request(connection, "post", "/api/actions", record)
            if answer.status == 201:
                self.sent.accepted[token] = answer.json["action"]["id"]
                break
            self.stopped.wait(0.02)

    def hook(self, connection, serial):
        token = f"/{self.label}/{serial}"
        report = {
            "hook_event_name": "PostToolUse",
            "session_id": f"{self.label}-hooks",
            "tool_name": "Read",
            "tool_input": {"file_path": token},
            "tool_response": {"stdout": "ok"},
            "tool_use_id": f"toolu_{self.label}_{serial}",
        }
        while not self.stopped.is_set():
            if self.request(connection, "hook", "/hooks/claude", report).status < 300:
                self.sent.accepted[token] = None
                # An agent that had no answer in time comes again with the same call.
                if serial % 64 == 7:
                    self.request(connection, "hook", "/hooks/claude", report)
                break
            self.stopped.wait(0.02)


def work(pipe, port, label, threads, pause, filler):
    stopped = threading.Event()
    workers = [
        Worker(port, label, range(8 + start, 1 << 60, threads), pause, filler, stopped)
        for start in range(threads)
    ]
    running = [threading.Thread(target=worker.run) for worker in workers]
    for thread in running:
        thread.start()
    pipe.send("started")
    while not pipe.poll(0.01) and any(thread.is_alive() for thread in running):
        pass
    stopped.set()
    total = Sent()
    for thread, worker in zip(running, workers):
        thread.join()
        total.merge(worker.sent)
    pipe.send(total)


class Load:
    """Records what agents do until `stop`; or until the server goes, which ends it as well. Each has its own label, and
    its seed comes first."""

    def __init__(self, server, label, threads=6, pause=0.004, filler=0):
        self.pipe, other = processes.Pipe()
        arguments = (other, server.port, label, threads, pause, filler)
        self.process = processes.Process(target=work, args=arguments, daemon=True)
        self.process.start()
        other.close()
        assert self.pipe.recv() == "started"
        self.began = time.monotonic()

    def stop(self):
        with contextlib.suppress(BrokenPipeError):
            self.pipe.send("stop")
        sent = self.pipe.recv()
        self.process.join()
        assert not sent.wrong, sent.wrong[:5]
        return sent


class Phases:
    """Names for stretches of time, to say what was measured in each."""

    def __init__(self):
        self.starts = []

    def begin(self, name):
        self.starts.append((name, time.monotonic()))

    def split(self, samples):
        """{name: [seconds]} of (end, seconds)."""
        ends = [start for _, start in self.starts[1:]] + [float("inf")]
        return {
            name: [seconds for at, seconds in samples if start <= at < end]
            for (name, start), end in zip(self.starts, ends)
        }


def percentile(seconds, part):
    return statistics.quantiles(seconds, n=1000, method="inclusive")[int(part * 1000) - 1] if len(seconds) > 1 else 0.0


def figures(title, phases, samples):
    """A line for each phase, in milliseconds."""
    lines = []
    for name, seconds in phases.split(samples).items():
        if seconds:
            parts = ", ".join(
                f"{label} {1000 * value:.2f}"
                for label, value in [
                    ("p50", percentile(seconds, 0.5)), ("p99", percentile(seconds, 0.99)), ("longest", max(seconds)),
                ]
            )
            lines.append(f"{title:<9} {name:<7} {len(seconds):>6}: {parts} ms")
    return "\n".join(lines)
