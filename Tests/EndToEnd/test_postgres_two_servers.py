"""Two servers share a database; one is killed and comes back: every record once, and the scores are those of a replay."""
import time

from dcm import action, eventually
from load import Load, seed
from recorded import check, drained
from work import accept


def test_one_of_two_is_killed_and_comes_back(make_server, cluster, tmp_path, long, show):
    servers = [make_server("--database", cluster.url(), data=tmp_path / name) for name in ("one", "two")]
    # Both find no database and create it at the same time.
    began = time.monotonic()
    for server in servers:
        server.spawn()
    for server in servers:
        server.wait_ready(began)
    seeds, loads = {seed(servers[0], "steady")}, []
    steady = Load(servers[0], "steady")
    for turn in range(20 if long else 3):
        # Both use the same tools and words.
        seeds.add(seed(servers[1], f"turn{turn}"))
        load = Load(servers[1], f"turn{turn}")
        accept(servers[1], 300)
        servers[1].kill()
        loads.append(load.stop())
        accept(servers[0], 100)
        servers[1].start()
    loads.append(steady.stop())
    for server in servers:
        drained(server)
    count = check(cluster, *loads, seeds=seeds)
    show(f"[two servers: {count} records]")
    assert not any(load.refused for load in loads)
    for server in servers:
        assert server.get("/stats").json["actionCount"] == count


def test_scores_learnt_on_one_are_known_to_the_other(make_server, cluster, tmp_path):
    one, two = (make_server("--database", cluster.url(), data=tmp_path / name) for name in ("one", "two"))
    one.start()
    seed(one, "here")
    drained(one)
    two.start()
    drained(two)
    found = lambda server, word: server.get(f"/api/routing/suggest?keywords={word}&min_score=0")
    # What was there before its start,
    assert eventually(lambda: found(two, "mixed").status == 200 and found(two, "mixed").json["count"] == 1)
    # what comes while both run,
    assert found(two, "zebra").json["count"] == 0
    assert one.post("/api/actions", action("Bash", input="zebra zoology")).status == 201
    assert eventually(lambda: found(two, "zebra").json["count"] == 1), two.log()
    # and what follows when the connections that hear of it were lost.
    cluster.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()",
        database="claude_context",
    )
    for server in (one, two, one):
        assert server.post("/api/actions", action("Bash", input="zebra")).status == 201
    same = lambda server: found(server, "zebra").json["suggestions"][0]
    for server in (one, two):
        assert eventually(lambda: same(server)["usage_count"] == 4, seconds=20), (same(server), server.log())
    assert same(one) == same(two)


def test_both_know_the_scores_of_a_replay(make_server, cluster, tmp_path, long):
    servers = [make_server("--database", cluster.url(), data=tmp_path / name).start() for name in ("one", "two")]
    seeds = {seed(servers[0], "first")}
    loads = [Load(server, f"load{index}") for index, server in enumerate(servers)]
    for server in servers:
        accept(server, 3000 if long else 600)
    loads = [load.stop() for load in loads]
    for server in servers:
        drained(server)
    check(cluster, *loads, seeds=seeds)
    words = [word for (word,) in cluster.sql("SELECT DISTINCT keyword FROM routing_scores", database="claude_context")]
    assert words
    for server in servers:
        for word in words:
            rows = cluster.sql(
                "SELECT tool_name, round(weight::numeric, 3)::float8, usage_count FROM routing_scores"
                f" WHERE keyword = '{word}'",
                database="claude_context",
            )
            expected = {tool: (score, usage) for tool, score, usage in rows}

            def known():
                answer = server.get(f"/api/routing/suggest?keywords={word}&min_score=0&limit=100").json
                return {each["tool_name"]: (each["score"], each["usage_count"]) for each in answer["suggestions"]}

            assert eventually(lambda: known() == expected), (word, known(), expected)
