"""Two servers share a database: what is sent to an agent on one reaches it on the other, and only one offers an item."""
import time

import pytest

from bus_client import bus_client
from dcm import eventually
from mail import acknowledge, acknowledge_all, receive, send, state

LEASE_SECONDS = 15


@pytest.fixture
def two_servers(make_server, cluster, tmp_path):
    options = ("--redelivery-wait", "300", "--database", cluster.url())
    servers = [make_server(*options, data=tmp_path / name) for name in ("one", "two")]
    began = time.monotonic()
    for server in servers:
        server.spawn()
    for server in servers:
        server.wait_ready(began)
    return servers


def test_an_agent_on_one_gets_what_was_posted_on_the_other_in_order(two_servers):
    one, two = two_servers
    with bus_client(two) as bob:
        bob.authenticate("bob", acks=True)
        sent = [send(one, "bob", content={"n": n}) for n in range(50)]
        assert receive(bob, 50) == sent
        acknowledge_all(bob, sent)
    # Acknowledged items are not offered again, by either.
    for server in two_servers:
        with bus_client(server) as bob:
            bob.authenticate("bob", acks=True)
            last = send(server, "bob", content={"last": True})
            assert receive(bob, 1) == [last]
            acknowledge(bob, last)


def test_a_broadcast_reaches_agents_of_both(two_servers):
    one, two = two_servers
    with bus_client(one) as bob, bus_client(two) as carol:
        bob.authenticate("bob", acks=True)
        carol.authenticate("carol", acks=True)
        message = send(one, None)
        assert receive(bob, 1) == [message] == receive(carol, 1)
        acknowledge(carol, message)
        assert eventually(lambda: state(one, message, "carol") == "acknowledged")
        assert eventually(lambda: state(one, message, "bob") == "offered")


def test_a_receipt_reaches_the_sender_on_the_other_server(two_servers):
    one, two = two_servers
    with bus_client(one) as alice, bus_client(two) as bob:
        alice.authenticate("alice")
        bob.authenticate("bob", acks=True)
        message = send(one, "bob")
        acknowledge(bob, receive(bob, 1)[0])
        receipt = alice.event("message.acknowledged")
        assert receipt["data"] == {"id": message, "to": "bob", "topic": "context.request"}


def test_an_item_is_offered_by_one_server_at_a_time(two_servers):
    one, two = two_servers
    with bus_client(one) as here, bus_client(two) as there:
        here.authenticate("bob", acks=True)
        there.authenticate("bob", acks=True)
        sent = [send(server, "bob") for _ in range(20) for server in two_servers]
        got = {id: [] for id in sent}
        for client, count in ((here, 20), (there, 20)):
            for id in receive(client, count):
                got[id].append(client)
        assert all(len(clients) == 1 for clients in got.values()), "offered by both"
        # The one that offers it knows that it is acknowledged.
        for id, (client,) in got.items():
            acknowledge(client, id)


def test_an_agent_that_moves_gets_the_rest_on_the_other_server(two_servers):
    one, two = two_servers
    with bus_client(one) as bob:
        bob.authenticate("bob", acks=True)
        sent = [send(one, "bob") for _ in range(10)]
        assert receive(bob, 10) == sent
        acknowledge_all(bob, sent[:4])
    with bus_client(two) as bob:
        bob.authenticate("bob", acks=True)
        assert sorted(receive(bob, 6, sent[4:])) == sent[4:]


def test_what_a_killed_server_held_is_offered_by_the_other(two_servers):
    one, two = two_servers
    with bus_client(one) as bob:
        bob.authenticate("bob", acks=True)
        sent = [send(one, "bob") for _ in range(10)]
        assert receive(bob, 10) == sent
        acknowledge_all(bob, sent[:4])
        # In the store with one's name on them.
        assert all(eventually(lambda: state(one, id) == "offered") for id in sent[4:])
        one.kill()
    with bus_client(two) as bob:
        bob.authenticate("bob", acks=True)
        assert sorted(receive(bob, 6, sent[4:], seconds=2 * LEASE_SECONDS)) == sent[4:]
        acknowledge_all(bob, sent[4:])
    one.start()
    with bus_client(one) as bob:
        bob.authenticate("bob", acks=True)
        last = send(one, "bob")
        assert receive(bob, 1) == [last]


def test_what_was_posted_while_the_database_is_away_arrives_when_it_is_back(two_servers, cluster):
    one, two = two_servers
    with bus_client(one) as here, bus_client(two) as there:
        here.authenticate("here", acks=True)
        there.authenticate("there", acks=True)
        cluster.stop()
        near = [send(one, "here") for _ in range(5)]
        far = [send(one, "there") for _ in range(5)]
        # Whoever is here gets it without the database.
        assert receive(here, 5) == near
        acknowledge_all(here, near)
        # Also who comes now, from the journal.
        with bus_client(one) as late:
            late_message = send(one, "late")
            late.authenticate("late", acks=True)
            assert receive(late, 1) == [late_message]
            acknowledge(late, late_message)
        cluster.start()
        assert receive(there, 5, seconds=60) == far
        acknowledge_all(there, far)
        assert eventually(lambda: state(two, near[0], "here") == "acknowledged", 60)
