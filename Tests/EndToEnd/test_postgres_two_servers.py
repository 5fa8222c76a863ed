"""Two servers share a database; one is killed and comes back: every record once, and the scores are those of a replay."""
import time

from dcm import eventually
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


def test_scores_learnt_on_one_are_known_to_the_other_after_its_start(make_server, cluster, tmp_path):
    one, two = (make_server("--database", cluster.url(), data=tmp_path / name) for name in ("one", "two"))
    one.start()
    seed(one, "here")
    drained(one)
    two.start()
    drained(two)
    found = lambda: two.get("/api/routing/suggest?keywords=mixed&min_score=0")
    assert eventually(lambda: found().status == 200 and found().json["count"] == 1), found()
