"""Many connections at once."""
import asyncio
import json
import resource

import pytest
from websockets.asyncio.client import connect

from dcm import Connection


@pytest.fixture
def many(long):
    """10,000 in the long run. The limit of open files is raised as far as the system lets us."""
    wanted = 10_000 if long else 1000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + 500
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, max(hard, needed)))
    return wanted


def connected_clients(server):
    connection = Connection(server.ws_port)
    try:
        return json.loads(connection.request("GET", "/health").body)["connectedClients"]
    finally:
        connection.close()


def test_idle_connections(server, many, capsys):
    async def run():
        gate = asyncio.Semaphore(100)

        async def open_one():
            async with gate:
                socket = await connect(
                    server.ws_url + "?global=0", proxy=None, compression=None, ping_interval=None, open_timeout=60
                )
                assert json.loads(await socket.recv())["type"] == "connected"
                return socket

        before = memory(server)
        sockets = await asyncio.gather(*(open_one() for _ in range(many)))
        assert connected_clients(server) == many
        after = memory(server)
        last = sockets[-1]
        await last.send(json.dumps({"type": "ping"}))
        assert json.loads(await last.recv())["type"] == "pong"
        for socket in sockets:
            socket.transport.abort()
        return (after - before) / many

    each = asyncio.run(run())
    with capsys.disabled():
        print(f"\n[{many} idle connections: {each:.0f} bytes of resident memory each]")
    assert server.get("/health").status == 200


def memory(server):
    with open(f"/proc/{server.process.pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_hundred_agents_connect_at_once(server):
    async def run():
        async def open_one(number):
            socket = await connect(server.ws_url, proxy=None, ping_interval=None)
            await socket.send(json.dumps({"type": "auth", "agent_id": f"agent{number}", "id": 1}))
            return socket

        async def hear_everybody(socket):
            heard = set()
            while len(heard) < 100:
                message = json.loads(await asyncio.wait_for(socket.recv(), 20))
                if message.get("event") == "agent.connected":
                    heard.add(message["data"]["agent_id"])

        async with connect(server.ws_url, proxy=None) as watcher:
            sockets = await asyncio.gather(*(open_one(number) for number in range(100)))
            await hear_everybody(watcher)
            await asyncio.gather(*(socket.close() for socket in sockets))

    asyncio.run(run())
