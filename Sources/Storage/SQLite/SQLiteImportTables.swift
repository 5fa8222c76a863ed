/// A step of `SQLiteSchema`: jobs, and what was imported from other databases.
enum SQLiteImportTables {
    static let statements = [
        """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL,
            arguments TEXT NOT NULL, progress TEXT NOT NULL, checkpoint TEXT, report TEXT, message TEXT,
            created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX jobs_running ON jobs (owner) WHERE state = 'running'",
        // The number of a run stands in its rows and must not come back when the run is taken back.
        """
        CREATE TABLE imports (
            run INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL UNIQUE, source TEXT NOT NULL,
            merge TEXT NOT NULL, started_at INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE import_matches (
            imported_id TEXT PRIMARY KEY NOT NULL, live_id TEXT NOT NULL UNIQUE, run INTEGER NOT NULL
        ) STRICT
        """,
        // What a run added to each session; `made` is 1 if there was none before.
        """
        CREATE TABLE import_sessions (
            run INTEGER NOT NULL, session_id TEXT NOT NULL, made INTEGER NOT NULL, tools INTEGER NOT NULL,
            successes INTEGER NOT NULL, errors INTEGER NOT NULL, PRIMARY KEY (run, session_id)
        ) STRICT, WITHOUT ROWID
        """,
        // Projects that were not there before an import.
        "CREATE TABLE import_projects (path TEXT PRIMARY KEY NOT NULL) STRICT",
        """
        CREATE TABLE imported_scores (
            keyword TEXT NOT NULL, tool_name TEXT NOT NULL, tool_type TEXT NOT NULL, run INTEGER NOT NULL,
            weight REAL NOT NULL, usage_count INTEGER NOT NULL, success_count INTEGER NOT NULL,
            last_used INTEGER NOT NULL, PRIMARY KEY (keyword, tool_name, tool_type, run)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX imported_scores_run ON imported_scores (run, keyword, tool_name, tool_type)",
        // What each row with an import would be without it; learning goes on in both. No uses: there would be none.
        """
        CREATE TABLE own_scores (
            keyword TEXT NOT NULL, tool_name TEXT NOT NULL, tool_type TEXT NOT NULL,
            weight REAL NOT NULL, usage_count INTEGER NOT NULL, success_count INTEGER NOT NULL,
            last_used INTEGER NOT NULL, PRIMARY KEY (keyword, tool_name, tool_type)
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
