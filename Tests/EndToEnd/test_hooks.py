"""hooks/track-usage.sh, run as an agent runs it, with documented PostToolUse JSON."""
import json
import os
import stat
import subprocess
import time

import pytest

from bus_client import bus_client
from dcm import environment, eventually, free_ports

POST_TOOL_USE = {
    "session_id": "abc123",
    "transcript_path": "/home/user/.claude/projects/x/00893aaf.jsonl",
    "cwd": "/home/user/my \"quoted\" project",
    "permission_mode": "default",
    "hook_event_name": "PostToolUse",
    "tool_name": "Bash",
    "tool_input": {"command": "cargo clippy --workspace", "description": "Lint the zebra workspace"},
    "tool_response": {"stdout": "ok\nline \"two\"", "stderr": "", "interrupted": False, "isImage": False},
    "tool_use_id": "toolu_01ABC123",
    "duration_ms": 12,
}

POST_TOOL_USE_FAILURE = {
    "session_id": "abc123",
    "transcript_path": "/home/user/.claude/projects/x/00893aaf.jsonl",
    "cwd": "/home/user/my project",
    "permission_mode": "default",
    "hook_event_name": "PostToolUseFailure",
    "tool_name": "Bash",
    "tool_input": {"command": "giraffe --check", "description": "Run the giraffe"},
    "tool_use_id": "toolu_01ABC124",
    "error": "Exit code 7\ngiraffe: not found",
    "is_interrupt": False,
    "duration_ms": 4187,
}


@pytest.fixture(params=["dash", "bash"])
def run_hook(request, server, root, tmp_path):
    """Runs the hook as an agent does: with pipes, waiting until they are closed."""
    temporary = tmp_path / "hook files"
    temporary.mkdir()

    def run(stdin=None, *arguments, env=None, check_files=True):
        env = {"CONTEXT_MANAGER_URL": server.url, "TMPDIR": str(temporary), **(env or {})}
        command = [request.param, str(root / "hooks/track-usage.sh"), *arguments]
        began = time.monotonic()
        result = subprocess.run(
            command, input=stdin if stdin is not None else b"", capture_output=True, timeout=60, env=environment(env)
        )
        result.seconds = time.monotonic() - began
        assert result.returncode == 0
        if check_files:
            assert eventually(lambda: not list(temporary.iterdir())), "the hook left a file behind"
        return result

    return run


def stored(server, count):
    actions = eventually(lambda: (found := server.actions()) and len(found) >= count and found)
    assert actions and len(actions) == count, server.log()
    return actions


def test_post_tool_use_is_recorded_learnt_and_announced(server, run_hook):
    with bus_client(server, query="") as listener:
        result = run_hook(json.dumps(POST_TOOL_USE).encode())
        assert result.stdout == b"" and result.stderr == b""
        event = listener.event("action.created")
    assert event["channel"] == "global"
    assert event["data"]["tool_name"] == "Bash" and event["data"]["session_id"] == "abc123"
    (action,) = stored(server, 1)
    assert action["id"] == event["data"]["id"]
    assert action["tool_name"] == "Bash" and action["tool_type"] == "builtin" and action["duration_ms"] == 12
    suggestions = server.get("/api/routing/suggest?q=lint%20the%20zebra").json["suggestions"]
    assert [each["tool_name"] for each in suggestions] == ["Bash"]
    assert action["session_id"] == "abc123" and action["project_path"] == POST_TOOL_USE["cwd"]
    assert server.get("/stats").json["projectCount"] == 1


def test_failure_is_learnt_as_failure(server, run_hook):
    run_hook(json.dumps(POST_TOOL_USE_FAILURE).encode())
    (action,) = stored(server, 1)
    assert action["exit_code"] == 7 and action["duration_ms"] == 4187
    (suggestion,) = server.get("/api/routing/suggest?q=giraffe").json["suggestions"]
    assert suggestion["success_rate"] == 0 and suggestion["usage_count"] == 1


def test_same_tool_use_is_stored_once(server, run_hook):
    for _ in range(3):
        run_hook(json.dumps(POST_TOOL_USE).encode(), env={"DEBUG_ROUTING": "1"})
    run_hook(json.dumps({**POST_TOOL_USE, "tool_use_id": "toolu_other"}).encode(), env={"DEBUG_ROUTING": "1"})
    stored(server, 2)


def test_five_megabytes(server, run_hook):
    large = {**POST_TOOL_USE, "tool_response": {"stdout": "wörd\x00 \n" * 700_000}}
    run_hook(json.dumps(large, ensure_ascii=False).encode())
    stored(server, 1)


def test_what_is_too_deep_or_too_long_is_cut(server, run_hook):
    deep = "[" * 5000 + "]" * 5000
    report = json.dumps({**POST_TOOL_USE, "cwd": "/" + "p" * 5000, "session_id": "s\0"})
    run_hook(report.replace('"tool_input": {', f'"tool_input": {{"deep": {deep}, ').encode())
    (action,) = stored(server, 1)
    assert action["project_path"] == "/" + "p" * 4095 and action["session_id"] == "s"
    assert server.request("DELETE", "/api/actions/by-session/s").json["deleted_count"] == 1


def test_environment_of_the_older_system(server, run_hook):
    run_hook(
        env={
            "TOOL_NAME": "Edit",
            "TOOL_INPUT": '{"file": "it\'s & a=b\n\\"ostrich\\""}',
            "TOOL_OUTPUT": "done",
            "TOOL_EXIT_CODE": "3",
            "TOOL_DURATION_MS": "45",
            "TOOL_FILE_PATHS": "/a b.txt, /it's/\"q\".txt",
            "SESSION_ID": "old session",
            "PROJECT_DIR": "/old/pro'ject",
        }
    )
    (action,) = stored(server, 1)
    assert (action["tool_name"], action["exit_code"], action["duration_ms"]) == ("Edit", 3, 45)
    assert action["file_paths"] == ["/a b.txt", "/it's/\"q\".txt"]
    assert server.get("/api/routing/suggest?q=ostrich").json["count"] == 1
    assert action["session_id"] == "old session" and action["project_path"] == "/old/pro'ject"


def test_exit_code_as_first_argument(server, run_hook):
    run_hook(None, "5", env={"TOOL_NAME": "Bash", "TOOL_INPUT": "walrus"})
    assert stored(server, 1)[0]["exit_code"] == 5


def test_debug_shows_what_it_does(server, run_hook):
    result = run_hook(json.dumps(POST_TOOL_USE).encode(), env={"DEBUG_ROUTING": "1"})
    assert b"/hooks/claude" in result.stderr and b"answered 2" in result.stderr and result.stdout == b""
    stored(server, 1)
    assert b"nothing to send" in run_hook(env={"DEBUG_ROUTING": "1"}).stderr


def test_server_away_delays_nothing(run_hook, tmp_path):
    (port,) = free_ports(1)
    env = {"CONTEXT_MANAGER_URL": f"http://127.0.0.1:{port}"}
    result = run_hook(json.dumps(POST_TOOL_USE).encode(), env=env)
    assert result.stdout == b"" and result.stderr == b""
    # 192.0.2.0/24 is reserved for documentation: nobody answers there, which is what a firewall does.
    env = {"CONTEXT_MANAGER_URL": "http://192.0.2.1:3847", "DEBUG_ROUTING": "1"}
    run_hook(json.dumps(POST_TOOL_USE).encode(), env=env)


def test_file_of_the_hook_is_private(root, tmp_path):
    """Looks at the file while the hook waits for a curl that stands still."""
    programs = tmp_path / "bin"
    programs.mkdir()
    fifo = tmp_path / "go"
    os.mkfifo(fifo)
    curl = programs / "curl"
    curl.write_text(f"#!/bin/sh\ncat '{fifo}' >/dev/null\n")
    curl.chmod(0o755)
    temporary = tmp_path / "hook"
    temporary.mkdir()
    env = environment({"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(temporary)})
    result = subprocess.run(
        ["sh", str(root / "hooks/track-usage.sh")], input=b"{}", capture_output=True, timeout=20, env=env
    )
    assert result.returncode == 0, "the hook waited for curl"
    (file,) = temporary.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with open(fifo, "wb"):
        pass
    assert eventually(lambda: not list(temporary.iterdir()))
