"""What most tests are about: a site with a service, reached through an agent from a platform."""

from __future__ import annotations

from dataclasses import dataclass

from .programs import Agent, Platform, Project
from .site import Site
from .traffic import Through
from .workbench import MEGABYTE, digest


@dataclass
class Hall:
    site: Site
    platform: Platform
    project: Project
    agent: Agent
    neuronex: Through
    bench: Through


def check_all_passes(neuronex: Through, bench: Through) -> None:
    """Small and large, both ways, and what is no request any more: unchanged."""
    assert "version" in neuronex.get("/api/version").decode()
    assert bench.upload(10 * MEGABYTE, seed=3) == digest(10 * MEGABYTE, 3)
    assert bench.download(10 * MEGABYTE, seed=4) == digest(10 * MEGABYTE, 4)
    check_echo(neuronex)


def check_echo(neuronex: Through) -> None:
    connection = neuronex.socket()
    assert connection.status == 101
    for text in (b"x", b"y" * 300, b"z" * 16_000):
        assert connection.echo(text) == text
    connection.close()


def check_log(neuronex: Through) -> None:
    """It arrives line by line, and not when it ends."""
    connection, answer = neuronex.open("GET", "/api/stream/log", timeout=20)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    lines = [answer.readline() for _ in range(6)]
    connection.close()
    assert [line.startswith(b"data:") for line in lines] == [True, False] * 3
