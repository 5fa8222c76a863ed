"""What a database holds, compared with what was accepted."""
import collections
import json

import pytest

from dcm import eventually
from routing_reference import Reference


def drained(server, seconds=60, busy=False):
    """Waits until the store has everything and the server says that all is well; of a busy server, to which records keep
    coming, until the store is no more than a second behind."""

    def is_well():
        health = server.get("/health").json
        journal = health["journal"]
        return health["status"] == "healthy" and (journal["backlog"] == 0 or busy and (journal["oldestAgeMs"] or 0) < 1000)

    assert eventually(is_well, seconds), f"the backlog doesn't drain: {server.get('/health')}\n{server.log()[-3000:]}"


def check(cluster, *loads, seeds=(), database="claude_context"):
    """Nothing that was accepted is missing, nothing is there twice, and the scores are those of what is there."""
    rows = cluster.sql(
        "SELECT id::text, file_paths[1], tool_name, tool_type, input, exit_code, session_id FROM actions ORDER BY id",
        database=database,
    )
    accepted = {token: id for load in loads for token, id in load.accepted.items()}
    sent = accepted.keys() | {token for load in loads for token in load.unanswered}
    stored = collections.Counter(row[1] for row in rows)
    ids = {row[1]: row[0] for row in rows}
    lost = [token for token in accepted if token not in stored]
    assert not lost, f"accepted and lost: {len(lost)} of {len(accepted)}, {lost[:5]}"
    doubled = [token for token, count in stored.items() if count > 1]
    assert not doubled, f"stored twice: {len(doubled)} of {len(stored)}, {doubled[:5]}"
    changed = [token for token, id in accepted.items() if id is not None and ids[token] != id]
    assert not changed, f"stored with another id: {changed[:5]}"
    unknown = [token for token, id in ids.items() if token not in sent and id not in seeds]
    assert not unknown, f"never accepted: {len(unknown)}, {unknown[:5]}"
    rejected = cluster.sql("SELECT position, reason FROM rejected_records", database=database)
    assert not rejected, rejected
    check_sessions(cluster, rows, database)
    check_scores(cluster, rows, database)
    return len(rows)


def check_sessions(cluster, rows, database):
    expected = collections.defaultdict(lambda: [0, 0, 0])
    for *_, exit_code, session in rows:
        if session is not None:
            counters = expected[session]
            counters[0] += 1
            counters[1] += exit_code == 0
            counters[2] += exit_code not in (0, None)
    query = "SELECT id, total_tools_used, total_success, total_errors FROM sessions"
    assert {id: counters for id, *counters in cluster.sql(query, database=database)} == expected


def text_of(input):
    """What words are learnt from: of JSON, the values."""
    if input is not None and input.startswith("{"):
        return " ".join(value for value in json.loads(input).values() if isinstance(value, str))
    return input or ""


def check_scores(cluster, rows, database):
    reference = Reference()
    for _, _, tool, _, input, exit_code, _ in rows:
        reference.learn(tool, text_of(input), exit_code)
    query = "SELECT keyword, tool_name, weight, usage_count, success_count FROM routing_scores"
    found = {(keyword, tool): row for keyword, tool, *row in cluster.sql(query, database=database)}
    assert found.keys() == reference.rows.keys()
    wrong = {
        key: (found[key], row)
        for key, row in reference.rows.items()
        if found[key][1:] != row[1:] or found[key][0] != pytest.approx(row[0], abs=1e-6)
    }
    assert not wrong, f"{len(wrong)} of {len(found)} scores are not those of a replay: {list(wrong.items())[:5]}"
