"""A retried POST with the same Idempotency-Key is stored once and answered alike."""
import concurrent.futures

from dcm import action


def test_retry_is_stored_once_and_answered_alike(server):
    body = action("Bash", input="the quick flamingo")
    answers = [server.post("/api/actions", body, {"Idempotency-Key": "k1"}) for _ in range(3)]
    assert [each.status for each in answers] == [201, 201, 201]
    assert answers[0].json == answers[1].json == answers[2].json
    assert len(server.actions()) == 1
    (suggestion,) = server.get("/api/routing/suggest?q=flamingo").json["suggestions"]
    assert suggestion["usage_count"] == 1 and suggestion["score"] == 1.0
    assert server.post("/api/actions", body, {"Idempotency-Key": "k2"}).json != answers[0].json
    assert len(server.actions()) == 2


def test_many_at_once(server):
    body = action("Bash")
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: server.post("/api/actions", body, {"Idempotency-Key": "same"}), range(64)))
    assert {each.status for each in answers} == {201}
    assert len({each.body for each in answers}) == 1
    assert len(server.actions()) == 1


def test_after_kill_9(make_server):
    server = make_server().start()
    body = action("Bash", session_id="s")
    first = server.post("/api/actions", body, {"Idempotency-Key": "before"})
    server.kill()
    server.start()
    again = server.post("/api/actions", body, {"Idempotency-Key": "before"})
    assert (again.status, again.json) == (201, first.json)
    assert len(server.actions()) == 1
    assert server.stop() == 0
    assert server.session_counters() == {"s": 1}
