"""A private PostgreSQL server in a temporary folder, which the tests may stop, freeze and fill."""
import contextlib
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

import psycopg

from dcm import eventually, free_ports

PASSWORD = "päss w/ord"
HOW_TO_GET_IT = "Install it (apt-get install -y postgresql) or set POSTGRES_BIN to the folder of its programs."


def programs():
    """The folder of initdb, postgres and pg_ctl; Debian keeps them out of PATH."""
    debian = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("postgres")
    candidates = [os.environ.get("POSTGRES_BIN"), *reversed(debian), found and os.path.dirname(found)]
    for folder in candidates:
        if folder and all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "postgres", "pg_ctl")):
            return pathlib.Path(folder)
    raise AssertionError(f"these tests need the server programs of PostgreSQL. {HOW_TO_GET_IT}")


def owner():
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise AssertionError("PostgreSQL doesn't run as root, and there is neither a user postgres nor nobody")


def die_with_parent():
    """SIGQUIT is the immediate end of a server. The parent is the thread that starts it: the tests' main thread."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def is_stopped(process):
    status = pathlib.Path(f"/proc/{process}/stat").read_text()
    # Behind the name in brackets.
    return status.rpartition(")")[2].split()[0] == "T"


class Cluster:
    def __init__(self, folder=None, **settings):
        """`folder`: an empty one, to be removed by its owner; without it a temporary one that `close` removes."""
        self.programs = programs()
        self.owner = owner()
        self.temporary = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="dcm-postgres-"))
        self.data = self.folder / "data"
        self.log_path = self.folder / "log"
        (self.port,) = free_ports(1)
        self.settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "shared_buffers": "32MB",
            "fsync": "off",
            # Rows stay where they were put, and nothing else uses the processors.
            "autovacuum": "off",
            **settings,
        }
        self.process = None
        if self.owner:
            os.chown(self.folder, self.owner["user"], self.owner["group"])
        self.initialise()

    def run(self, name, *arguments):
        command = [str(self.programs / name), *map(str, arguments)]
        result = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=self.folder, timeout=60, **self.owner
        )
        assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
        return result.stdout

    def initialise(self):
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self.run(
            "initdb", "-D", self.data, "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256",
            f"--pwfile={secret}", "--encoding=UTF8", "--no-locale", "--no-sync",
        )

    # Controls

    def start(self):
        settings = [part for name, value in self.settings.items() for part in ("-c", f"{name}={value}")]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.data), *settings], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.folder, preexec_fn=die_with_parent, **self.owner,
            )
        assert eventually(self.answers, seconds=60), f"PostgreSQL doesn't start:\n{self.log()}"
        return self

    def answers(self):
        assert self.process.poll() is None, f"PostgreSQL has ended:\n{self.log()}"
        try:
            self.connect("postgres").close()
            return True
        except psycopg.OperationalError:
            return False

    def restart(self):
        if self.process.poll() is None:
            self.stop()
        return self.start()

    def stop(self, mode="immediate"):
        self.run("pg_ctl", "stop", "-D", self.data, "-m", mode, "-w")
        self.process.wait(30)

    def kill(self):
        """kill -9 of all its processes at once."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(30)
        # Its children hold the port and the shared memory until they are gone.
        assert eventually(lambda: not self.members()), "processes of PostgreSQL survived"

    def freeze(self):
        """Connections stay open, new ones are taken by the system, and nobody answers."""
        # The main process first: once it has stopped, it makes no more of the others.
        os.kill(self.process.pid, signal.SIGSTOP)
        assert eventually(lambda: is_stopped(self.process.pid))
        for process in self.members():
            os.kill(process, signal.SIGSTOP)
        assert eventually(lambda: all(map(is_stopped, self.processes())))

    def thaw(self):
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def processes(self):
        return [self.process.pid, *self.members()]

    def members(self):
        """The processes that the main one has made; they stay in sessions of their own, but name its folder."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                process = int(entry.name)
                if process != self.process.pid and os.readlink(entry / "cwd") == str(self.data):
                    found.append(process)
        return found

    @contextlib.contextmanager
    def frozen(self):
        self.freeze()
        try:
            yield
        finally:
            self.thaw()

    def terminate(self):
        """Ends all connections of all clients; returns how many."""
        with self.connect("postgres") as connection:
            return connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()[0]

    def close(self):
        # Stopped processes die of this too.
        if self.process is not None and self.process.poll() is None:
            self.kill()
        if self.temporary:
            shutil.rmtree(self.folder)

    def log(self):
        return self.log_path.read_text(errors="replace")[-4000:] if self.log_path.exists() else ""

    # Connecting

    def url(self, database="claude_context", user="postgres", password=PASSWORD, options=""):
        return f"postgres://{user}:{urllib.parse.quote(password, safe='')}@127.0.0.1:{self.port}/{database}{options}"

    def connect(self, database="claude_context"):
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname=database, connect_timeout=10, autocommit=True
        )

    def sql(self, statement, *values, database="claude_context"):
        """All rows of one statement."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement, *values, **options):
        return self.sql(statement, *values, **options)[0][0]

    def psql(self, statement, database="claude_context"):
        """What a person sees who asks with the program psql."""
        return self.run(
            "psql", "-X", "-h", self.folder, "-p", self.port, "-U", "postgres", "-d", database, "-c", statement
        )

    def drop(self, *databases):
        for database in databases:
            self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', database="postgres")
