"""Clients that read slowly, many that go away, and others that must not notice."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.processes import wait_until

from conftest import World
from world.hall import Hall
from world.programs import Stopwatch
from world.traffic import Beside
from world.workbench import MEGABYTE, pieces

# What the platform and the agent may hold more than before, whatever clients do.
GROWTH = 60 * MEGABYTE


class LoadedHall(Hall):
    @property
    def memory(self) -> tuple[int, int]:
        return self.platform.running.memory(), self.agent.running.memory()

    def grown(self, before: tuple[int, int]) -> tuple[int, int]:
        now = self.memory
        return now[0] - before[0], now[1] - before[1]

    def is_quick(self, seconds: float = 2) -> None:
        """Others are answered meanwhile."""
        for _ in range(5):
            watch = Stopwatch()
            assert b"version" in self.neuronex.get("/api/version")
            assert watch.seconds < seconds


@pytest.fixture(scope="module")
def hall(world: World) -> LoadedHall:
    hall = LoadedHall(**vars(world.hall()))
    # Buffers that are made once are not what is measured.
    hall.bench.download(20 * MEGABYTE)
    hall.bench.upload(20 * MEGABYTE)
    return hall


def slow_client(hall: LoadedHall, target: str = "/endless") -> socket.socket:
    """Has got the beginning of its answer, and reads no more."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    client.settimeout(20)
    client.connect(("127.0.0.1", hall.platform.port))
    client.sendall(
        f"GET {hall.bench.path}{target} HTTP/1.1\r\nHost: platform\r\n"
        f"Authorization: Bearer {hall.bench.api.token}\r\n\r\n".encode())
    assert b" 200 " in client.recv(1024)
    return client


def wait_for_standstill(hall: LoadedHall, name: str = "written", seconds: float = 30) -> None:
    """Until the service at the site has not got rid of another byte for a second."""
    def count() -> int:
        return hall.bench.get_json("/counts")[name]
    last, since = count(), time.monotonic()
    deadline = since + seconds
    while time.monotonic() - since < 1:
        assert time.monotonic() < deadline, "the service goes on writing though nobody reads"
        time.sleep(0.1)
        if (now := count()) != last:
            last, since = now, time.monotonic()


def test_a_slow_reader_costs_little_memory_and_nobody_elses_time(hall: LoadedHall) -> None:
    before = hall.memory
    client = slow_client(hall)
    wait_for_standstill(hall)
    hall.is_quick()
    assert max(hall.grown(before)) < GROWTH
    client.close()


def test_forty_slow_readers_neither(hall: LoadedHall) -> None:
    before = hall.memory
    clients = [slow_client(hall) for _ in range(40)]
    wait_for_standstill(hall)
    hall.is_quick()
    assert hall.bench.download(5 * MEGABYTE, timeout=30)
    # What each of them holds up in windows and buffers, and not what it has asked for.
    assert max(hall.grown(before)) < 40 * 2 * MEGABYTE
    for client in clients:
        client.close()
    wait_until("the service to be rid of them", 20, lambda: hall.bench.get_json("/counts")["underWay"] == 1)


def test_a_thousand_requests_that_are_broken_off_leave_the_tunnel_as_it_was(hall: LoadedHall) -> None:
    since = (hall.agent.status() or {})["since"]
    before = hall.memory

    def break_off(number: int) -> None:
        client = slow_client(hall, "/endless" if number % 2 else "/bytes?count=300000")
        client.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(break_off, range(1000)))
    # The service is told of each, so that nothing goes on for nobody.
    wait_until("the service to be rid of them", 30, lambda: hall.bench.get_json("/counts")["underWay"] == 1)
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(lambda _: hall.neuronex.get("/api/version"), range(1100)))
    assert (hall.agent.status() or {})["since"] == since
    assert max(hall.grown(before)) < GROWTH
    hall.is_quick()


def test_requests_that_never_get_an_answer_end_with_their_client(hall: LoadedHall) -> None:
    clients = []
    for _ in range(50):
        client = socket.create_connection(("127.0.0.1", hall.platform.port), 10)
        client.sendall(
            f"GET {hall.bench.path}/hang HTTP/1.1\r\nHost: platform\r\n"
            f"Authorization: Bearer {hall.bench.api.token}\r\n\r\n".encode())
        clients.append(client)
    wait_until("all to hang", 20, lambda: hall.bench.get_json("/counts")["underWay"] == 51)
    for client in clients:
        client.close()
    wait_until("the service to be rid of them", 20, lambda: hall.bench.get_json("/counts")["underWay"] == 1)


def test_a_service_that_takes_a_body_slowly_costs_little_memory(hall: LoadedHall) -> None:
    # The last one: the service has a minute's work to do with what its system has taken for it.
    before = hall.memory
    uploads = []
    for _ in range(4):
        uploads.append(Beside(lambda: hall.bench.open(
            "PUT", "/crawl", pieces(300 * MEGABYTE, 1), {"Content-Length": str(300 * MEGABYTE)}, timeout=4)))
    # Each of them is held up for so long that its client gives up.
    for upload in uploads:
        hall.is_quick()
        assert isinstance(upload.outcome(30).error, OSError)
    assert max(hall.grown(before)) < GROWTH
