"""The server against its own description: schemathesis makes requests, right ones and wrong ones, from what it serves."""
import subprocess
import sys

import pytest

from dcm import action, environment

# No 5xx, and nothing in an answer that the description doesn't have.
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance",
]


def fill(server):
    """Something that requests can find; ids are taken over from answers to others."""
    project = server.post("/api/projects", {"path": "/described"}).json["project"]
    request = {"project_id": project["id"], "session_id": "s", "prompt": "p"}
    request = server.post("/api/requests", request).json["request"]
    server.post("/api/tasks", {"request_id": request["id"]})
    server.post("/api/actions", action("Described", input="alpha beta", session_id="s", project_path="/described"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("store", ["embedded", "postgresql"])
def test_every_answer_is_described(request, make_server, tmp_path, store, long):
    server = make_server().start() if store == "embedded" else request.getfixturevalue("database_server")
    fill(server)
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json", "--checks", ",".join(CHECKS),
        "--max-examples", "300" if long else "20", "--seed", "1", "--no-color", "--request-timeout", "20",
        "--generation-database", "none",
    ]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment(), timeout=900)
    # Requests at the limits are long.
    report = "\n".join(line[:300] for line in (result.stdout + result.stderr).splitlines())
    assert result.returncode == 0, report
    assert server.process.poll() is None, server.log()
