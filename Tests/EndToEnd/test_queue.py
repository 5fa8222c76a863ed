"""Queue groups: each message to one member, none lost when members die."""
import collections
import random
import socket
import threading

from bus_client import BusClient, bus_client

CHANNEL = "topics/jobs"


def join(server, **fields):
    member = BusClient(server.ws_url + "?global=0")
    answer = member.request("subscribe", channel=CHANNEL, queue="workers", **fields)
    assert answer["success"], answer
    return member


def test_shares_fairly_over_all_loops(make_server):
    server = make_server("--loops", "2").start()
    members = [join(server) for _ in range(4)]
    with bus_client(server) as publisher, bus_client(server) as outsider:
        outsider.subscribe(CHANNEL)
        for number in range(400):
            publisher.send(type="publish", channel=CHANNEL, event="job", data=number)
        shares = [[member.event("job")["data"] for _ in range(100)] for member in members]
        assert sorted(sum(shares, [])) == list(range(400))
        # Who listens without the queue gets all of them.
        assert [outsider.event("job")["data"] for _ in range(400)] == list(range(400))
    for member in members:
        member.close()


def test_loses_nothing_when_members_die(make_server, long):
    """Members die at any moment, with messages that they have not acknowledged. Each message is acknowledged by some
    member; one comes twice only if its acknowledgement may have been lost with the connection."""
    server = make_server("--loops", "2").start()
    count = 20_000 if long else 2_000
    done = collections.Counter()
    unsure = set()
    lock = threading.Lock()
    # What is published before anybody is in the group is for nobody.
    present = threading.Barrier(4)

    def work(seed):
        generator = random.Random(seed)
        rounds = 0
        while True:
            member = join(server, acks=True)
            rounds += 1
            if rounds == 1:
                present.wait()
            mine = []
            for _ in range(generator.randint(1, 200)):
                try:
                    event = member.event("job", seconds=3)
                except TimeoutError:
                    member.close()
                    return
                with lock:
                    done[event["data"]] += 1
                mine.append(event["data"])
                member.send(type="ack", message_id=event["id"])
            with lock:
                unsure.update(mine)
            member.socket.socket.shutdown(socket.SHUT_RDWR)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(3)]
    for thread in threads:
        thread.start()
    present.wait()
    with bus_client(server) as publisher:
        for number in range(count):
            publisher.publish(CHANNEL, "job", number)
    for thread in threads:
        thread.join()
    assert set(done) == set(range(count)), "some were lost"
    assert all(number in unsure for number, times in done.items() if times > 1)


def test_request_and_reply(make_server, binary):
    server = make_server("--loops", "2").start()
    with bus_client(server) as asker, bus_client(server) as responder:
        asker.send(type="request", id=1, channel="topics/sum", event="sum", data=[1, 2])
        assert asker.receive()["code"] == "NO_RESPONDERS"
        responder.subscribe("topics/sum")
        asker.send(type="request", id=2, channel="topics/sum", event="sum", data=[1, 2])
        question = responder.event("sum")
        responder.send(type="reply", reply_to=question["reply_to"], data=sum(question["data"]))
        answer = asker.receive()
        assert answer["type"] == "reply" and answer["id"] == 2 and answer["data"] == 3
