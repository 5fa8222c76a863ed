"""Records of any content are stored as they are or refused with 400; none stays in the journal."""
import json
import random

import pytest

from dcm import Server, action
from recorded import drained

# No text of PostgreSQL holds U+0000; docs/architecture.md says how it is stored.
NUL, SIGN = "\0", "\u2400"


def stored_text(text):
    return text.replace(SIGN, SIGN + SIGN).replace(NUL, SIGN + "0")


TEXTS = {
    "nul": "a\0b\0\0",
    "only nul": "\0",
    "the sign for nul": "a␀b␀0␀␀",
    "both": "␀\0␀0\0",
    "controls": "".join(map(chr, range(1, 0x20))) + "\x7f\x85\u2028",
    "beyond the base plane": "𝄞🦒\U0010ffff",
    "not a character": "\ufffe\uffff\ufffd\ufeff",
    "composed and not": "é e\u0301",
    "copy and arrays": '\\.\n\\N\t{"a,b"} NULL {}',
    "sql": "'; DROP TABLE actions; --",
    "a megabyte": "word " * 200_000,
    "a megabyte of nul": "\0" * 170_000,
}


@pytest.fixture(scope="module")
def recorder(binary, running_cluster, tmp_path_factory):
    """One server for all: what is stuck in its journal, or rejected, fails every later test too."""
    server = Server(binary, tmp_path_factory.mktemp("records") / "data", "--database", running_cluster.url())
    yield server.start()
    server.kill()
    running_cluster.drop("claude_context")


@pytest.fixture
def cluster(recorder, running_cluster):
    yield running_cluster
    drained(recorder)
    assert running_cluster.sql("SELECT * FROM rejected_records") == []


def post(recorder, body):
    """The id of a record that was accepted, None for one that was refused as wrong."""
    answer = recorder.post("/api/actions", body if isinstance(body, str) else json.dumps(body))
    assert answer.status in (201, 400), answer
    return answer.json["action"]["id"] if answer.status == 201 else None


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_are_stored_as_they_are(recorder, cluster, text):
    # Ids and names with NUL are refused at the door; inputs and outputs have what a tool said.
    name = text[:100].replace("\0", "")
    body = action("Tool" + name, input=text, session_id="s" + name, project_path="/p" + name, file_paths=["/f" + name])
    if len(text) < 1000:
        body["output"] = text
    id = post(recorder, body)
    assert id is not None
    drained(recorder)
    expected = [body["tool_name"], text, body.get("output"), body["session_id"], body["project_path"]]
    row = (*(each and stored_text(each) for each in expected), [stored_text(path) for path in body["file_paths"]])
    columns = "tool_name, input, output, session_id, project_path, file_paths"
    assert cluster.sql(f"SELECT {columns} FROM actions WHERE id = %s", id) == [row]
    # What a client reads is what it wrote.
    (read,) = (each for each in recorder.actions() if each["id"] == id)
    for field in ("tool_name", "session_id", "project_path", "file_paths"):
        assert read[field] == body[field], field


@pytest.mark.parametrize("field", ["tool_name", "input", "output", "session_id", "project_path", "file_paths"])
def test_half_a_surrogate_pair_is_refused(recorder, cluster, field):
    before = count(recorder, cluster)
    for escape in ("\\ud800", "\\udc00", "\\ud800\\ud800", "\\udc00\\ud800", "\\ud83d x"):
        value = f'["x{escape}"]' if field == "file_paths" else f'"x{escape}"'
        fields = {"tool_name": '"T"', "tool_type": '"builtin"', field: value}
        body = "{%s}" % ",".join(f'"{name}":{text}' for name, text in fields.items())
        assert post(recorder, body) is None, body
    assert count(recorder, cluster) == before


def count(recorder, cluster):
    drained(recorder)
    return cluster.value("SELECT count(*) FROM actions")


NUMBERS = [
    "0", "2147483647", "-2147483648", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
    "-9223372036854775809", "1e400", "-1e400", "1e2", "0.5", "-0", "123456789012345678901234567890", '"7"', "true", "[]",
]


@pytest.mark.parametrize(("field", "smallest"), [("exit_code", -(1 << 31)), ("duration_ms", 0)])
def test_numbers_are_stored_or_refused(recorder, cluster, field, smallest):
    ids = {
        number: post(recorder, f'{{"tool_name":"T","tool_type":"builtin","{field}":{number}}}') for number in NUMBERS
    }
    drained(recorder)
    for number, id in ids.items():
        if id is not None:
            found = cluster.value(f"SELECT {field} FROM actions WHERE id = %s", id)
            assert found == float(number.strip('"')), number
        elif number.lstrip("-").isdigit():
            assert not smallest <= int(number) < 1 << 31, f"{number} was refused"


def test_too_much_is_refused(recorder, cluster):
    before = count(recorder, cluster)
    answer = recorder.post("/api/actions", action("Big", input="x" * (1 << 20)))
    assert answer.status == 413, answer
    assert count(recorder, cluster) == before


def test_feedback_of_any_content(recorder, cluster):
    recorder.post("/api/actions", action("Judged", input="zebra giraffe"))
    for keywords in (["zebra"], ["a\0b"], ["a\0b", "a\0c"], ["␀0"], ["x" * 512], ["zebra"] * 100):
        for tool in ("Judged", "Jud\0ged", "␀"):
            answer = recorder.post("/api/routing/feedback", {"tool_name": tool, "keywords": keywords, "chosen": True})
            assert answer.status in (200, 400), answer
    drained(recorder)
    ((weight,),) = cluster.sql("SELECT weight FROM routing_scores WHERE keyword = 'zebra'")
    assert weight == pytest.approx(1.4)


def test_hooks_of_any_content(recorder, cluster):
    """Outputs of tools are what programs write: cut and not refused."""
    reports = [
        {"tool_input": {"command": text}, "tool_response": {"stdout": text}, "tool_use_id": f"id {name}\0␀"}
        for name, text in TEXTS.items()
    ]
    before = count(recorder, cluster)
    for report in reports:
        whole = {"hook_event_name": "PostToolUse", "session_id": "s\0", "tool_name": "Bash", "cwd": "/\0", **report}
        answer = recorder.post("/hooks/claude", json.dumps(whole))
        assert answer.status < 300, answer
    assert count(recorder, cluster) == before + len(reports)
    assert cluster.value("SELECT count(*) FROM idempotency_keys") == len(reports)


def test_random_records(recorder, cluster, long, show):
    number = random.randrange(1 << 32)
    show(f"[random records: seed {number}]")
    dice = random.Random(number)
    alphabet = ["\0", "␀", "0", "a", "é", "\u0301", "𝄞", "\\", '"', "'", "\n", "\t", "{", "}", ",", "\ufffd", " "]

    def text(longest):
        return "".join(dice.choices(alphabet, k=dice.randrange(longest + 1)))

    expected = {}
    for _ in range(20_000 if long else 500):
        body = action("T" + text(20), input=text(200), output=text(200), file_paths=["/" + text(9)], session_id=text(9))
        body["project_path"] = text(20)
        id = post(recorder, body)
        if id is not None:
            expected[id] = body
    assert expected
    drained(recorder)
    rows = cluster.sql("SELECT id::text, tool_name, input, output, file_paths FROM actions")
    found = {id: row for id, *row in rows}
    for id, body in expected.items():
        wanted = [body["tool_name"], body["input"], body["output"]]
        assert found[id] == [*map(stored_text, wanted), [stored_text(path) for path in body["file_paths"]]]
