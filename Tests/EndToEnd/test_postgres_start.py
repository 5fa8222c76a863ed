"""What a database makes of the start of a server: one that is away is waited for, one that only a person can mend isn't."""
import subprocess

import pytest

from dcm import action, eventually, free_ports
from postgres import Cluster
from recorded import drained


def refused(server):
    code, stdout, stderr = server.run_to_end()
    assert code > 0, stdout
    assert "REST" not in stdout
    (sentence,) = stderr.strip().splitlines()
    return sentence


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"password": "wrong"}, "password authentication failed"),
        ({"user": "nobody-of-that-name"}, "password authentication failed"),
        ({"options": "?sslmode=sure"}, "sslmode"),
        ({"options": "?sslmode=require"}, "does not support SSL"),
        ({"options": "?no_such_option=1"}, "database URL"),
        ({"options": "?options=-c%20no_such_setting%3D1"}, "no_such_setting"),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else "",
)
def test_what_does_not_mend_itself_ends_the_start(make_server, cluster, change, expected):
    sentence = refused(make_server("--database", cluster.url(**change)))
    assert expected in sentence and "päss" not in sentence and "p%C3%A4ss" not in sentence, sentence


@pytest.fixture(scope="module")
def encrypted():
    """A server with a certificate for `localhost` that nobody vouches for but itself."""
    cluster = Cluster()
    try:
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
        files = ["-keyout", str(cluster.data / "server.key"), "-out", str(cluster.data / "server.crt")]
        subprocess.run([*command, *files], check=True, capture_output=True, **cluster.owner)
        cluster.settings["ssl"] = "on"
        yield cluster.start()
    finally:
        cluster.close()


def test_an_encrypted_database_is_used(make_server, encrypted):
    certificate = encrypted.data / "server.crt"
    certificate.parent.chmod(0o755)
    url = encrypted.url(options=f"?sslmode=verify-full&sslrootcert={certificate}").replace("127.0.0.1", "localhost")
    server = make_server("--database", url).start()
    assert server.post("/api/actions", action("Secret")).status == 201
    drained(server)
    assert encrypted.value("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename IS"
                           " NOT NULL AND client_addr IS NOT NULL")


@pytest.mark.parametrize(
    ("mode", "certificate", "expected"),
    [
        ("verify-full", "data/server.crt", "does not match host name"),
        ("verify-ca", "other.crt", "certificate verify failed"),
        ("verify-ca", "none.crt", "none.crt"),
    ],
)
def test_a_certificate_that_proves_nothing_ends_the_start(make_server, encrypted, mode, certificate, expected):
    other = encrypted.folder / "other.crt"
    if not other.exists():
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-days", "2"]
        subprocess.run([*command, "-keyout", "/dev/null", "-out", str(other)], check=True, capture_output=True)
    options = f"?sslmode={mode}&sslrootcert={encrypted.folder / certificate}"
    sentence = refused(make_server("--database", encrypted.url(options=options)))
    assert expected in sentence, sentence


def test_a_password_that_is_missing_ends_the_start(make_server, cluster):
    url = f"postgres://postgres@127.0.0.1:{cluster.port}/claude_context"
    assert "no password supplied" in refused(make_server("--database", url, env={"PGPASSFILE": "/nowhere/pgpass"}))


def test_a_role_that_may_not_create_the_database_is_told_how(make_server, cluster):
    cluster.sql("CREATE ROLE modest LOGIN PASSWORD 'modest'", database="postgres")
    try:
        sentence = refused(make_server("--database", cluster.url(user="modest", password="modest")))
        assert "createdb claude_context" in sentence, sentence
    finally:
        cluster.sql("DROP ROLE modest", database="postgres")


def test_a_newer_schema_ends_the_start(make_server, cluster):
    server = make_server("--database", cluster.url()).start()
    assert server.stop() == 0
    cluster.sql("INSERT INTO schema_version (version) VALUES (99)")
    assert "99" in refused(server)


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_one_that_does_not_answer_is_waited_for(make_server, host):
    (port,) = free_ports(1)
    server = make_server("--database", f"postgres://postgres:x@{host}:{port}/claude_context").start()
    assert server.get("/health").json["status"] == "degraded"
    assert server.post("/api/actions", action("Waiting")).status == 201


def test_a_password_that_becomes_wrong_ends_nothing(make_server, cluster):
    """What was right once is waited for: a person may mend it while the journal goes on."""
    cluster.sql("CREATE ROLE changing LOGIN SUPERUSER PASSWORD 'first'", database="postgres")
    try:
        server = make_server("--database", cluster.url(user="changing", password="first")).start()
        drained(server)
        cluster.sql("ALTER ROLE changing PASSWORD 'second'", database="postgres")
        cluster.terminate()
        assert server.post("/api/actions", action("Meanwhile")).status == 201
        assert eventually(lambda: server.get("/health").json["status"] == "degraded"), server.get("/health")
        cluster.sql("ALTER ROLE changing PASSWORD 'first'", database="postgres")
        drained(server)
        assert cluster.value("SELECT count(*) FROM actions") == 1
        server.kill()
    finally:
        cluster.drop("claude_context")
        cluster.sql("DROP ROLE changing", database="postgres")
