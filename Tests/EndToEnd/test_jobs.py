"""Jobs as programs see them: over REST, on the bus, in the figures."""
import imported
from bus_client import bus_client
from dcm import action, eventually


def figures(server, name):
    """Values of a figure by kind of job."""
    prefix = f'dcm_{name}{{kind="'
    lines = [line for line in server.get("/metrics").body.decode().splitlines() if line.startswith(prefix)]
    return {line[len(prefix):].split('"')[0]: int(line.split()[-1]) for line in lines}


def test_a_job_is_paused_gone_on_with_and_told_on_the_bus(place, make_old):
    place = place("sqlite")
    old = make_old(60_000, odd=0.01)
    server = place.server()
    refused = server.post("/api/jobs", {"type": "migration", "from": "relative", "scores": "both"})
    assert refused.status == 400 and set(refused.json["details"]) == {"from", "scores"}
    assert server.post("/api/jobs", {"type": "nothing"}).status == 400
    begun = server.post("/api/jobs", {"type": "migration", "from": str(old.path)})
    assert begun.status == 201, begun
    job = begun.json["job"]["id"]
    assert server.post("/api/jobs", {"type": "migration.rollback"}).status == 409
    assert eventually(lambda: server.get(f"/api/jobs/{job}").json["job"]["progress"].get("rows"))
    paused = server.post(f"/api/jobs/{job}/pause", {})
    if paused.status == 200:
        rows = paused.json["job"]["progress"]["rows"]
        assert paused.json["job"]["state"] == "paused" and rows < 60_000
        assert server.post(f"/api/jobs/{job}/resume", {}).status == 200
    ended = lambda: server.get(f"/api/jobs/{job}").json["job"]["state"] == "completed"
    assert eventually(ended, seconds=120), server.get(f"/api/jobs/{job}")
    imported.check(place.contents, old)
    listed = server.get("/api/jobs").json
    assert listed["count"] == 1 and listed["jobs"][0]["id"] == job
    assert server.post(f"/api/jobs/{job}/cancel", {}).status == 409
    assert server.get("/api/jobs/00000000-0000-7000-8000-000000000000").status == 404


def test_whoever_comes_late_hears_how_a_job_is(place, make_old, make_server):
    place = place("sqlite")
    old = make_old(2000, odd=0.1)
    server = place.server()
    job = server.post("/api/jobs", {"type": "migration", "from": str(old.path)}).json["job"]["id"]
    with bus_client(server) as early:
        early.subscribe(f"jobs/{job}")
        # Wherever it is: the last event comes at once, and the next ones as they happen.
        first = early.receive_until(lambda message: message.get("channel") == f"jobs/{job}")
        assert first["event"] in ("job.progress", "job.completed") and first["retained"]
        completed = first if first["event"] == "job.completed" else early.event("job.completed", seconds=60)
        report = completed["data"]["report"]
        assert report["isVerified"] and completed["data"]["state"] == "completed"

    def last(server):
        with bus_client(server) as late:
            late.subscribe(f"jobs/{job}")
            return late.receive_until(lambda message: message.get("channel") == f"jobs/{job}")

    assert last(server) == completed
    assert figures(server, "jobs_completed_total")["migration"] == 1
    assert figures(server, "job_rows_total")["migration"] == report["actions"]["read"] + report["scores"]["read"]
    rejected = report["actions"]["rejected"] + report["scores"]["rejected"]
    assert figures(server, "job_rejected_total")["migration"] == rejected > 0
    # After a restart as well.
    server.stop()
    assert last(place.server()) == completed


def test_paused_and_failed_jobs_are_counted(place, make_old, tmp_path):
    place = place("sqlite")
    server = place.server()
    kinds = {"cleanup", "comparison", "migration", "migration.follow", "migration.rollback"}
    for name in ("jobs_running", "jobs_paused", "jobs_failed_total", "jobs_completed_total", "job_rows_total"):
        assert figures(server, name) == dict.fromkeys(kinds, 0), name
    old = make_old(10, odd=0, scores=0)
    job = server.post("/api/jobs", {"type": "migration.follow", "from": str(old.path)}).json["job"]["id"]
    assert figures(server, "jobs_running")["migration.follow"] == 1
    assert server.post(f"/api/jobs/{job}/pause", {}).json["job"]["state"] == "paused"
    assert figures(server, "jobs_running")["migration.follow"] == 0
    assert figures(server, "jobs_paused")["migration.follow"] == 1
    failed = server.post("/api/jobs", {"type": "comparison", "from": str(tmp_path / "nothing.db")}).json["job"]["id"]
    assert eventually(lambda: server.get(f"/api/jobs/{failed}").json["job"]["state"] == "failed")
    assert figures(server, "jobs_failed_total")["comparison"] == 1
    server.stop()
    # One that is paused stays so; the counters begin anew.
    server = place.server()
    assert eventually(lambda: figures(server, "jobs_paused")["migration.follow"] == 1)
    assert figures(server, "jobs_failed_total")["comparison"] == 0
    assert server.post(f"/api/jobs/{job}/cancel", {}).json["job"]["state"] == "cancelled"
    assert figures(server, "jobs_paused")["migration.follow"] == 0
    assert figures(server, "jobs_cancelled_total")["migration.follow"] == 1


def test_a_clean_up_is_a_job(make_server):
    server = make_server("--retention", "actions=1m").start()
    for _ in range(3):
        assert server.post("/api/actions", action("Bash")).status == 201
    begun = server.post("/api/jobs", {"type": "cleanup"})
    assert begun.status == 201, begun
    job = begun.json["job"]["id"]
    assert eventually(lambda: server.get(f"/api/jobs/{job}").json["job"]["state"] == "completed")
    report = server.get(f"/api/jobs/{job}").json["job"]["report"]
    # Nothing is that old yet.
    assert report == {"closedSessions": 0, "deleted": {"actions": 0, "messages": 0}}
    assert server.get("/stats").json["actionCount"] == 3
