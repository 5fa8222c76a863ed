"""Makes databases like the old hook's, with rows of every kind that were ever seen, and says what must become of them."""
import json
import random
import sqlite3

TOOLS = ["Bash", "Read", "Edit", "Grep", "mcp__github__search", "/deploy", "swift-expert", "Skill", "Task"]
TYPES = {
    "Bash": "builtin", "Read": "builtin", "Edit": "builtin", "Grep": "builtin", "mcp__github__search": "mcp",
    "/deploy": "command", "swift-expert": "agent", "Skill": "skill", "Task": "agent",
}
FIRST = 1_750_000_000

SCHEMA = """
CREATE TABLE tool_usage (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, tool_name TEXT NOT NULL, tool_type TEXT,
    file_paths TEXT, exit_code INTEGER DEFAULT 0, duration_ms INTEGER, project_path TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE keyword_tool_scores (
    id INTEGER PRIMARY KEY AUTOINCREMENT, keyword TEXT NOT NULL, tool_name TEXT NOT NULL, tool_type TEXT,
    score REAL DEFAULT 1.0, usage_count INTEGER DEFAULT 1, success_count INTEGER DEFAULT 1,
    last_used DATETIME DEFAULT CURRENT_TIMESTAMP, UNIQUE (keyword, tool_name)
);
CREATE TABLE sessions (id TEXT PRIMARY KEY, started_at DATETIME);
"""

INSERT = (
    "INSERT INTO tool_usage (session_id, tool_name, tool_type, file_paths, exit_code, duration_ms, project_path, "
    "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def text(value):
    """A TEXT with these bytes, whatever they are."""
    return ("CAST(? AS TEXT)", value)


# What is odd: the change of a good row, and what it becomes; None for a row that is rejected.
ODD = [
    ({"created_at": "yesterday"}, None),
    ({"created_at": "2025-02-30 10:00:00"}, None),
    ({"created_at": -5}, None),
    ({"tool_name": "   "}, None),
    ({"tool_name": "x" * 600}, None),
    ({"session_id": "s" * 600}, None),
    ({"created_at": "2025-07-01T10:00:00.250+02:00"}, {"created_at": 1751356800250}),
    ({"created_at": "2025-07-01T10:00:00Z"}, {"created_at": 1751364000000}),
    ({"created_at": "2025-07-01"}, {"created_at": 1751328000000}),
    ({"created_at": 1751364000}, {"created_at": 1751364000000}),
    ({"created_at": 1751364000123}, {"created_at": 1751364000123}),
    ({"created_at": "1751364000"}, {"created_at": 1751364000000}),
    ({"created_at": 1751364000.5}, {"created_at": 1751364000500}),
    ({"tool_type": "wizard"}, {"tool_type": None}),
    ({"tool_type": None}, {"tool_type": None}),
    ({"tool_type": "MCP"}, {"tool_type": "mcp"}),
    ({"file_paths": '["/a b", "/é"]'}, {"file_paths": ["/a b", "/é"]}),
    ({"file_paths": '"/only"'}, {"file_paths": ["/only"]}),
    ({"file_paths": "/a, /b ,,/c"}, {"file_paths": ["/a", "/b", "/c"]}),
    ({"file_paths": "/a,b\n/c\n"}, {"file_paths": ["/a,b", "/c"]}),
    ({"file_paths": "/one"}, {"file_paths": ["/one"]}),
    ({"file_paths": '["/broken'}, {"file_paths": ['["/broken']}),
    ({"file_paths": '["/a", 7, null]'}, {"file_paths": ["/a", "7"]}),
    ({"file_paths": None}, {"file_paths": []}),
    ({"exit_code": "1"}, {"exit_code": 1}),
    ({"exit_code": None}, {"exit_code": None}),
    ({"exit_code": "failed"}, {"exit_code": None}),
    ({"exit_code": 1 << 40}, {"exit_code": None}),
    ({"duration_ms": "12.6"}, {"duration_ms": 13}),
    ({"duration_ms": -3}, {"duration_ms": None}),
    ({"project_path": "/p/q//"}, {"project_path": "/p/q"}),
    ({"project_path": ""}, {"project_path": None}),
    ({"session_id": None}, {"session_id": None}),
    ({"session_id": b"a\0b"}, {"session_id": "a\ufffdb"}),
    ({"tool_name": b"\xff\xfeTool"}, {"tool_name": "\ufffd\ufffdTool"}),
]

COLUMNS = [
    "session_id", "tool_name", "tool_type", "file_paths", "exit_code", "duration_ms", "project_path", "created_at",
]


def tool_type(name):
    """The type that follows from a name."""
    if name.startswith("mcp__"):
        return "mcp"
    if name.startswith("/"):
        return "command"
    if name in ("Task", "Agent") or name.endswith(("-specialist", "-expert", "-dev", "-admin")):
        return "agent"
    return "skill" if name == "Skill" else "builtin"


class OldDatabase:
    """A generated routing.db, and `expected`: by rowid, the row that must be here."""

    def __init__(self, path, rows, scores=200, journal="wal", odd=0.05, seed=1, first=FIRST):
        self.path = path
        self.random = random.Random(seed)
        self.odd = odd
        self.time = first
        self.expected = {}
        self.rejected = set()
        self.scores = {}
        self.rejected_scores = set()
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute(f"PRAGMA journal_mode = {journal}")
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.executescript(SCHEMA)
        self.connection.execute("BEGIN")
        self.add(rows)
        self.add_scores(scores)
        self.connection.execute("COMMIT")

    def close(self):
        self.connection.close()

    def good(self):
        self.time += self.random.choice([0, 0, 1, 2, 5])
        name = self.random.choice(TOOLS)
        project = self.random.randrange(20)
        paths = [f"/p{project}/src/{self.random.randrange(1000)}.swift" for _ in range(self.random.randrange(3))]
        row = {
            "session_id": f"session-{self.time // 3600}-{project}",
            "tool_name": name,
            "tool_type": TYPES[name],
            "file_paths": json.dumps(paths),
            "exit_code": 0 if self.random.random() < 0.9 else 1,
            "duration_ms": self.random.randrange(10_000),
            "project_path": f"/p{project}",
            "created_at": self.time,
        }
        expected = dict(row, file_paths=paths, created_at=self.time * 1000)
        return row, expected

    def add(self, count):
        for _ in range(count):
            row, expected = self.good()
            # SQLite's own form, which `CURRENT_TIMESTAMP` has.
            created = "datetime(?, 'unixepoch')"
            if self.random.random() < self.odd:
                change, result = self.random.choice(ODD)
                row = dict(row, **change)
                if "created_at" in change:
                    created = "?"
                if result is None:
                    expected = None
                else:
                    expected = dict(expected, **result)
                    if expected["tool_type"] is None or "tool_name" in change:
                        expected["tool_type"] = expected["tool_type"] or tool_type(expected["tool_name"])
            places = ", ".join("CAST(? AS TEXT)" if isinstance(row[name], bytes) else "?" for name in COLUMNS[:-1])
            cursor = self.connection.execute(
                f"INSERT INTO tool_usage ({', '.join(COLUMNS)}) VALUES ({places}, {created})",
                [row[name] for name in COLUMNS],
            )
            if expected is None:
                self.rejected.add(cursor.lastrowid)
            else:
                self.expected[cursor.lastrowid] = expected

    def add_scores(self, count):
        for index in range(count):
            keyword, tool = f"word{index // 3}", TOOLS[index % 3]
            uses = self.random.randrange(1, 100)
            row = [keyword, tool, TYPES[tool], round(self.random.uniform(0.1, 5), 2), uses, self.random.randrange(uses)]
            if index % 50 == 7:
                row[3] = "much"
            elif index % 50 == 8:
                row[0] = keyword.upper()
            elif index % 50 == 9:
                row[3] = 7.5
            cursor = self.connection.execute(
                "INSERT INTO keyword_tool_scores (keyword, tool_name, tool_type, score, usage_count, success_count, last_used) "
                "VALUES (?, ?, ?, ?, ?, ?, datetime(?, 'unixepoch'))",
                [*row, self.time],
            )
            if index % 50 == 7:
                self.rejected_scores.add(cursor.lastrowid)
            else:
                self.scores[(keyword, tool, TYPES[tool])] = (min(row[3], 5.0), row[4], row[5], self.time * 1000)
