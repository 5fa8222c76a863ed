"""What it takes to fill a PostgreSQL database.

measure.py FIGURES NAME POSTMASTER ROWS COMMAND...
    runs a command that fills it with ROWS rows and appends a line of JSON to FIGURES: seconds, processor seconds of the
    command and of the database, peak memory in MiB. With DCM_PID and DCM_PORT in the environment the command only asks
    that server to work: then its processor seconds and the growth of its peak memory are told, for each phase too.
measure.py FIGURES
    prints the table of their medians.
"""
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")


def processor(process, with_ended=False):
    """Processor seconds of a process; with those of its children that have ended."""
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # utime, stime, cutime and cstime
    return sum(map(int, fields[11 : 15 if with_ended else 13])) / TICKS


def database(postmaster):
    """Processor seconds of all processes that the database has or had."""
    children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return processor(postmaster, with_ended=True) + sum(map(processor, children))


class Program:
    """A command that does the work itself."""

    def __init__(self):
        self.before = resource.getrusage(resource.RUSAGE_CHILDREN)

    def sample(self, stored):
        pass

    def figures(self):
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = usage.ru_utime + usage.ru_stime - self.before.ru_utime - self.before.ru_stime
        return {"own": own, "peak": usage.ru_maxrss / 1024}


class Server:
    """A dcm server whose newest job is watched."""

    def __init__(self, process, port):
        self.process = process
        self.jobs = f"http://127.0.0.1:{port}/api/jobs"
        self.job = None
        self.before = processor(process)
        self.memory = self.peak()
        self.phases = {}
        self.starts = {}

    def peak(self):
        lines = pathlib.Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024

    def ask(self, path):
        with urllib.request.urlopen(self.jobs + path, timeout=10) as answer:
            return json.load(answer)

    def sample(self, stored):
        if self.job is None:
            found = self.ask("?limit=1")["jobs"]
            self.job = found[0]["id"] if found else None
            return
        phase = self.ask(f"/{self.job}")["job"]["progress"].get("phase")
        own = processor(self.process)
        start = self.starts.setdefault(phase, (own, stored))
        self.phases[phase] = {"own": own - start[0], "database": stored - start[1], "peak": self.peak() - self.memory}

    def figures(self):
        phases = {phase: figures for phase, figures in self.phases.items() if phase}
        return {"own": processor(self.process) - self.before, "peak": self.peak() - self.memory, "phases": phases}


def run(path, name, postmaster, rows, *command):
    watched = Server(os.environ["DCM_PID"], os.environ["DCM_PORT"]) if "DCM_PID" in os.environ else Program()
    stored = database(postmaster)
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        watched.sample(database(postmaster))
        time.sleep(0.05)
    output, _ = process.communicate()
    # 2 says that odd rows were rejected.
    if process.returncode not in (0, 2):
        sys.exit(f"{name} has ended with {process.returncode}: {output}")
    figures = {"name": name, "rows": int(rows), "seconds": time.monotonic() - start}
    figures |= {"database": database(postmaster) - stored, **watched.figures()}
    if name == "C":
        # Reading the file is no part of it: rows per second and its own processor time are what it says.
        rate, own = map(float, output.split())
        figures |= {"seconds": figures["rows"] / rate, "own": own * figures["rows"] / 1e6}
    if name == "dcm":
        report = json.loads(output)
        figures |= {"report": report, "rows": report["actions"]["imported"]}
    with open(path, "a", encoding="utf-8") as file:
        print(json.dumps(figures), file=file)


def table(path):
    """Each row: a name, and for each run rows per second, own and database microseconds per row, MiB."""
    rows = {}
    for line in open(path, encoding="utf-8"):
        run = json.loads(line)
        count = run["rows"]

        def add(name, seconds, figures):
            values = count / seconds, figures["own"] * 1e6 / count, figures["database"] * 1e6 / count, figures["peak"]
            rows.setdefault(name, []).append(values)

        if run["name"] != "dcm":
            add({"C": "C program, COPY of the same rows"}.get(run["name"], run["name"]), run["seconds"], run)
            continue
        phases, seconds = run["phases"], run["report"]["seconds"]
        add("dcm migrate apply, before verifying", seconds["actions"], phases["actions"])
        both = {key: sum(phases[name][key] for name in ("actions", "verification")) for key in ("own", "database")}
        add("dcm migrate apply, verified", seconds["actions"] + seconds["verification"], {**both, "peak": run["peak"]})
    medians = {name: [statistics.median(values) for values in zip(*runs)] for name, runs in rows.items()}
    whole = next((figures[0] for name, figures in medians.items() if name.startswith("C ")), None)
    print(f"| {'':36} | {'rows/s':>9} | {'of C program':>12} | {'CPU us/row':>10} | {'of server':>9} | {'MiB':>6} |")
    print(f"| {'-' * 36} | {'-' * 8}: | {'-' * 11}: | {'-' * 9}: | {'-' * 8}: | {'-' * 5}: |")
    for name, (rate, own, stored, peak) in medians.items():
        ratio = f"{rate / whole:.2f}" if whole else ""
        print(f"| {name:36} | {rate:9.0f} | {ratio:>12} | {own:10.2f} | {stored:9.2f} | {peak:6.0f} |")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        table(sys.argv[1])
    else:
        run(*sys.argv[1:])
