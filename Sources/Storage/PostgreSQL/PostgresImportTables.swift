/// A step of `PostgresSchema`: jobs, and what was imported from other databases; see `SQLiteImportTables`.
enum PostgresImportTables {
    static let statements = [
        """
        CREATE TABLE jobs (
            id uuid PRIMARY KEY, kind text COLLATE "C" NOT NULL, owner text COLLATE "C" NOT NULL,
            state text COLLATE "C" NOT NULL, arguments text NOT NULL, progress text NOT NULL, checkpoint text,
            report text, message text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        )
        """,
        "CREATE INDEX jobs_running ON jobs (owner) WHERE state = 'running'",
        """
        CREATE TABLE imports (
            run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id uuid NOT NULL UNIQUE,
            source text COLLATE "C" NOT NULL, merge text COLLATE "C" NOT NULL, started_at timestamptz NOT NULL
        )
        """,
        """
        CREATE TABLE import_matches (
            imported_id uuid PRIMARY KEY, live_id uuid NOT NULL UNIQUE, run bigint NOT NULL
        )
        """,
        """
        CREATE TABLE import_sessions (
            run bigint NOT NULL, session_id text COLLATE "C" NOT NULL, made bigint NOT NULL, tools bigint NOT NULL,
            successes bigint NOT NULL, errors bigint NOT NULL, PRIMARY KEY (run, session_id)
        )
        """,
        "CREATE TABLE import_projects (path text COLLATE \"C\" PRIMARY KEY)",
        """
        CREATE TABLE imported_scores (
            keyword text COLLATE "C" NOT NULL, tool_name text COLLATE "C" NOT NULL,
            tool_type text COLLATE "C" NOT NULL, run bigint NOT NULL, weight double precision NOT NULL,
            usage_count bigint NOT NULL, success_count bigint NOT NULL, last_used timestamptz NOT NULL,
            PRIMARY KEY (keyword, tool_name, tool_type, run)
        )
        """,
        "CREATE INDEX imported_scores_run ON imported_scores (run, keyword, tool_name, tool_type)",
        """
        CREATE TABLE own_scores (
            keyword text COLLATE "C" NOT NULL, tool_name text COLLATE "C" NOT NULL,
            tool_type text COLLATE "C" NOT NULL, weight double precision NOT NULL, usage_count bigint NOT NULL,
            success_count bigint NOT NULL, last_used timestamptz NOT NULL,
            PRIMARY KEY (keyword, tool_name, tool_type)
        )
        """,
    ]
}
