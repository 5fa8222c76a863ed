"""The server against its own description: schemathesis makes requests, right ones and wrong ones, from what it serves."""
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, response_schema_conformance, status_code_conformance,
)

from dcm import Server, action

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def described(binary, tmp_path_factory):
    """A server with something in it, and what it says of itself."""
    server = Server(binary, tmp_path_factory.mktemp("described") / "data").start()
    project = server.post("/api/projects", {"path": "/described"}).json["project"]
    request = {"project_id": project["id"], "session_id": "s", "prompt": "p"}
    server.post("/api/requests", request)
    server.post("/api/actions", action("Described", input="alpha beta", session_id="s", project_path="/described"))
    yield schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    assert server.process.poll() is None, server.log()
    server.kill()


api = schemathesis.pytest.from_fixture("described")


# The same requests in each run: what fails once can be looked at.
@api.parametrize()
@hypothesis.settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck))
def test_every_answer_is_described(case):
    case.validate_response(case.call(), checks=CHECKS)
