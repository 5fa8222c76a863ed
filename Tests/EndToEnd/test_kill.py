"""kill -9 at random points with 64 requests in flight: what was answered 2xx is there exactly once."""
import collections
import http.client
import random
import threading

import pytest

from bus_client import bus_client
from dcm import Connection, action
from routing_reference import Reference

IN_FLIGHT = 64


class Round:
    """64 threads post until the server is killed, which happens at a random count of answers."""

    def __init__(self, server, number, kill_after):
        self.server = server
        self.number = number
        self.kill_after = kill_after
        self.lock = threading.Lock()
        self.sent = {}
        self.answered = {}
        self.refused = []

    def body(self, serial):
        # The order of requests in flight is unknown, so the outcome must not depend on it: a tool that always succeeds,
        # one that always fails, and one of both outcomes whose first use was alone and that stays off the limits.
        kind = serial % 16
        text = f"round{self.number} word{self.number}x{serial // 400}"
        if kind == 0:
            return action(f"Failing{self.number}", input=text, exit_code=1)
        if kind == 1 and serial < 16 * 40:
            code = serial // 16 % 2
            return action(f"Mixed{self.number}", input=f"mixed{self.number}", exit_code=code)
        return action(f"Succeeding{self.number}", input=text, exit_code=0)

    def post(self, connection, serial):
        token = f"/round/{self.number}/{serial}"
        body = {**self.body(serial), "file_paths": [token], "session_id": f"session-{self.number % 3}"}
        with self.lock:
            self.sent[token] = body
        answer = connection.request("POST", "/api/actions", body, {"Idempotency-Key": token})
        with self.lock:
            if answer.status == 201:
                self.answered[token] = answer.json["action"]["id"]
            else:
                self.refused.append((token, answer))
            return len(self.answered)

    def work(self, serials):
        connection = Connection(self.server.port)
        try:
            for serial in serials:
                if self.post(connection, serial) == self.kill_after:
                    self.server.process.kill()
        except (OSError, http.client.HTTPException):
            # The connection broke: the kill. Any other reason shows as fewer answers than kill_after.
            pass
        finally:
            connection.close()

    def run(self):
        first = Connection(self.server.port)
        self.post(first, 1)
        first.close()
        threads = [
            threading.Thread(target=self.work, args=(range(16 + start, 1_000_000, IN_FLIGHT),))
            for start in range(IN_FLIGHT)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.server.process.wait()
        assert not self.refused, self.refused[:3]
        assert len(self.answered) >= self.kill_after, self.server.log()


def stored_tokens(server):
    return collections.Counter((each["file_paths"][0], each["id"]) for each in server.actions())


def check_suggestions(server, reference, words):
    for word in words:
        answer = server.get(f"/api/routing/suggest?keywords={word}&limit=50&min_score=0")
        found = {
            each["tool_name"]: (each["score"], each["usage_count"], each["success_rate"])
            for each in answer.json["suggestions"]
        }
        expected = reference.suggest(word)
        assert found.keys() == expected.keys(), word
        for tool, (score, usage, rate) in expected.items():
            assert found[tool][1] == usage, (word, tool, found[tool], expected[tool])
            assert found[tool][0] == pytest.approx(score, abs=0.002), (word, tool)
            assert abs(found[tool][2] - rate) <= 1, (word, tool)


def test_every_answered_action_survives_kill_9_exactly_once(make_server, long):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    server = make_server()
    answered, sent = {}, {}
    for number in range(100 if long else 20):
        server.start()
        # Short rounds die in the first commit, long ones in the middle of writing batches and check-points.
        kill_after = int(dice.choice([1, 10, 100, 400, 1500]) * dice.uniform(1, 2))
        this = Round(server, number, kill_after)
        this.run()
        answered.update(this.answered)
        sent.update(this.sent)
        if number % 5 == 4:
            server.start()
            check_everything(server, answered, sent, number)
            server.kill()
    server.start()
    # What was in flight is retried as a client would: stored once, whether or not the first try got through.
    unanswered = [token for token in sent if token not in answered]
    assert unanswered, "no request was in flight at any kill"
    for token in unanswered:
        answer = server.post("/api/actions", sent[token], {"Idempotency-Key": token})
        assert answer.status == 201, answer
        answered[token] = answer.json["action"]["id"]
    check_everything(server, answered, sent, number)
    assert len(server.actions()) == len(sent)
    assert server.get("/stats").json["actionCount"] == len(sent)
    assert server.stop() == 0
    assert server.session_counters() == collections.Counter(body["session_id"] for body in sent.values())


def check_everything(server, answered, sent, last_round):
    stored = stored_tokens(server)
    assert max(stored.values()) == 1
    tokens = collections.Counter(token for token, _ in stored)
    doubled = [token for token, count in tokens.items() if count > 1]
    assert not doubled, f"stored twice: {doubled[:5]}"
    ids = dict(stored.keys())
    lost = [token for token in answered if token not in ids]
    assert not lost, f"answered 201 and lost: {len(lost)} of {len(answered)}, {lost[:5]}"
    changed = [token for token in answered if ids[token] != answered[token]]
    assert not changed, f"stored with another id: {changed[:5]}"
    reference = Reference()
    for token in sorted(tokens, key=lambda token: int(token.rsplit("/", 1)[1])):
        reference.learn(sent[token]["tool_name"], sent[token]["input"], sent[token]["exit_code"])
    words = {word for word, _ in reference.rows if word.startswith(("round", "mixed"))}
    words |= {word for word, _ in reference.rows if word.startswith(f"word{last_round}x")}
    check_suggestions(server, reference, sorted(words))


def test_restart_without_a_kill_changes_nothing(make_server):
    server = make_server().start()
    reference = Reference()
    for number in range(200):
        tool, code, text = f"Tool{number % 3}", number % 4 == 0, f"alpha beta{number % 5}"
        server.post("/api/actions", action(tool, input=text, exit_code=int(code)))
        reference.learn(tool, text, int(code))
    words = ["alpha", *(f"beta{number}" for number in range(5))]
    check_suggestions(server, reference, words)
    before = server.actions()
    assert server.stop() == 0
    server.start()
    check_suggestions(server, reference, words)
    assert server.actions() == before


def test_tokens_survive_kill_9(make_server):
    server = make_server().start()
    token = server.post("/api/auth/token", {"agent_id": "a1"}).json["token"]
    server.kill()
    server.start()
    with bus_client(server) as agent:
        assert agent.request("auth", token=token)["success"]
