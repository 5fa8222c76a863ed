"""A full disk is a clear 503 and no loss, and at the start one sentence."""
import ctypes
import os
import pathlib
import resource
import subprocess

import pytest

from dcm import action, eventually


class SmallDisk:
    """A tmpfs of its own where root may mount one; else a limit on the size of the files of the server."""

    def __init__(self, folder, megabytes=16):
        self.folder = folder
        self.megabytes = megabytes
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", str(folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
        self.filler = folder / "filler"

    @property
    def kind(self):
        if self.mounted:
            return f"a tmpfs of {self.megabytes} MB"
        return "RLIMIT_FSIZE of 4 MB, because mounting isn't allowed here"

    def options(self):
        if self.mounted:
            return {}
        limit = 4 << 20
        # Python ignores SIGXFSZ; restore_signals=False lets the server inherit that, so it sees EFBIG as with a quota.
        return {
            "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)),
            "restore_signals": False,
        }

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    def free(self, process):
        if self.mounted:
            self.filler.unlink()
        else:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self):
        if self.mounted:
            ctypes.CDLL(None).umount2(os.fsencode(str(self.folder)), 2)


@pytest.fixture
def disk(tmp_path, capsys):
    disk = SmallDisk(tmp_path / "disk")
    with capsys.disabled():
        print(f"\n[full disk: {disk.kind}]")
    yield disk
    disk.close()


def test_full_disk_while_running(make_server, disk):
    server = make_server(data=disk.folder / "data", **disk.options()).start()
    server.log_path = pathlib.Path(str(disk.folder) + ".log")
    stored = set()
    body = action("Big", output=os.urandom(16_000).hex())

    def post():
        answer = server.post("/api/actions", body)
        if answer.status == 201:
            stored.add(answer.json["action"]["id"])
        return answer

    assert post().status == 201
    if disk.mounted:
        disk.fill()
    full = None
    for _ in range(5000):
        answer = post()
        if answer.status != 201:
            full = answer
            break
    assert full is not None, "the disk never became full"
    assert full.status == 503 and full.json["error"], full
    assert full.headers["Retry-After"]
    # Still alive and answering what needs no disk; the word for its state is "degraded".
    health = eventually(lambda: server.get("/health").json["status"] in ("degraded", "unhealthy"), seconds=3)
    assert health, "the health says nothing about the full disk"
    disk.free(server.process)
    assert eventually(lambda: post().status == 201), "it did not recover when there was room again"
    assert stored == {each["id"] for each in server.actions()}
    server.kill()
    server.options = {}
    server.start()
    assert stored == {each["id"] for each in server.actions()}


def test_full_disk_at_start(make_server, disk):
    if disk.mounted:
        disk.fill()
        server = make_server(data=disk.folder / "data")
    else:
        options = disk.options()
        options["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        server = make_server(data=disk.folder / "data", **options)
    code, _, stderr = server.run_to_end()
    assert code > 0 and len(stderr.strip().splitlines()) == 1, (code, stderr)
