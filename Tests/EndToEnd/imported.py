"""What a store holds of an old database, read past the server: with sqlite3 or with a client of PostgreSQL."""
import contextlib
import json
import sqlite3

ACTIONS = (
    "SELECT id, session_id, tool_name, tool_type, file_paths, exit_code, duration_ms, project_path, created_at, metadata "
    "FROM actions"
)
SCORES = "SELECT keyword, tool_name, tool_type, weight, usage_count, success_count, last_used FROM routing_scores"


def milliseconds(time):
    return time if isinstance(time, int) else round(time.timestamp() * 1000)


class SQLiteContents:
    def __init__(self, data):
        self.path = data / "store.db"

    def rows(self, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as store:
            return store.execute(sql).fetchall()


class PostgresContents:
    def __init__(self, cluster, database="claude_context"):
        self.cluster = cluster
        self.database = database

    def rows(self, sql):
        return self.cluster.sql(sql, database=self.database)


def decoded(value):
    return json.loads(value) if isinstance(value, str) else value


def actions(contents):
    """Imported rows by their rowid in the old database."""
    found = {}
    for id, session, name, type, paths, code, duration, project, created, metadata in contents.rows(ACTIONS):
        note = decoded(metadata).get("import")
        if note is None:
            assert str(id)[14] == "7", f"an imported row without its note: {id}"
            continue
        assert str(id)[14] == "8", f"not an id of an imported row: {id}"
        assert note["row"] not in found, f"row {note['row']} is there twice"
        found[note["row"]] = {
            "session_id": session, "tool_name": name, "tool_type": type, "file_paths": decoded(paths),
            "exit_code": code, "duration_ms": duration, "project_path": project, "created_at": milliseconds(created),
        }
    return found


def scores(contents):
    return {
        (keyword, tool, type): (weight, uses, successes, milliseconds(last))
        for keyword, tool, type, weight, uses, successes, last in contents.rows(SCORES)
    }


def check_scores(found, expected):
    """The same rows; weights are the nearest numbers to what was given."""
    assert found.keys() == expected.keys()
    wrong = {
        key: (found[key], row)
        for key, row in expected.items()
        if found[key][1:] != row[1:] or abs(found[key][0] - row[0]) > 1e-6
    }
    assert not wrong, f"{len(wrong)} scores are not as they must be: {list(wrong.items())[:3]}"


def check(contents, old):
    """Exactly what must be there is there, each value as it must be."""
    found = actions(contents)
    missing = old.expected.keys() - found.keys()
    assert not missing, f"{len(missing)} rows are missing, {sorted(missing)[:5]}"
    more = found.keys() - old.expected.keys()
    assert not more, f"{len(more)} rows are too many, {sorted(more)[:5]}"
    wrong = {row: (found[row], old.expected[row]) for row in found if found[row] != old.expected[row]}
    assert not wrong, f"{len(wrong)} rows are not as they must be: {list(wrong.items())[:3]}"
    check_sessions(contents, old)


def check_sessions(contents, old):
    expected = {}
    for row in old.expected.values():
        if row["session_id"] is not None:
            counters = expected.setdefault(row["session_id"], [0, 0, 0])
            counters[0] += 1
            counters[1] += row["exit_code"] == 0
            counters[2] += row["exit_code"] not in (0, None)
    query = "SELECT id, total_tools_used, total_success, total_errors FROM sessions"
    assert {id: counters for id, *counters in map(list, contents.rows(query))} == expected


def everything(contents):
    """All that a migration may change, without what it keeps for itself."""
    tables = {
        "actions": "SELECT id, tool_name, created_at, metadata FROM actions",
        "sessions": "SELECT id, started_at, ended_at, total_tools_used, total_success, total_errors FROM sessions",
        "projects": "SELECT path, name FROM projects",
        "scores": SCORES,
        "ledger": "SELECT run, session_id FROM import_sessions",
        "matches": "SELECT imported_id, live_id FROM import_matches",
        "imports": "SELECT run, source FROM imports",
        "own": "SELECT keyword, tool_name, weight FROM own_scores",
        "imported": "SELECT keyword, tool_name, run FROM imported_scores",
        "known projects": "SELECT path FROM import_projects",
    }
    return {name: sorted(map(repr, contents.rows(sql))) for name, sql in tables.items()}
