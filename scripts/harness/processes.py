"""Programs started for a test or a measurement: on loopback, with their logs kept, and surely stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class HarnessError(Exception):
    """Something that had to be there was not; says what and where to look."""


def exit_on_signals() -> None:
    """Turns signals to stop into SystemExit, so that `with` blocks are left and what runs is stopped."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(what: str, seconds: float, holds: Callable[[], bool], every: float = 0.05) -> None:
    """Raises HarnessError when `holds` is not true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise HarnessError(f"{what}: not within {seconds:g} s")
        time.sleep(every)


def answers(url: str) -> bool:
    """Whether a GET is answered with a 2xx."""
    # Made anew: what is trusted may have changed since.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=5) as response:
            return 200 <= response.status < 300
    except (urllib.error.URLError, OSError):
        return False


class Running:
    """A program that runs until the `with` block is left; its output goes to `log`."""

    def __init__(self, name: str, command: list[str], log: Path, environment: dict[str, str] | None = None) -> None:
        self.name = name
        self.log = log
        self._output = log.open("ab")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            # Ctrl-C reaches the script alone, which stops what it started in order.
            start_new_session=True,
        )

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self, seconds: float = 12) -> float:
        """Asks it to stop, ends it when it does not; says how many seconds it took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._output.close()
        return time.monotonic() - started

    def wait_for(self, url: str, seconds: float = 60) -> None:
        """Returns once the URL is answered; raises when the program ends before or does not get there."""
        deadline = time.monotonic() + seconds
        while not answers(url):
            if self.process.poll() is not None:
                raise HarnessError(f"{self.name} ended with {self.process.returncode}:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise HarnessError(f"{self.name} did not answer at {url} within {seconds:g} s:\n{self.tail()}")
            time.sleep(0.05)

    def tail(self, lines: int = 30) -> str:
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def memory(self, field: str = "VmRSS") -> int:
        """Resident bytes now, or with `VmHWM` the most there ever were."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise HarnessError(f"{self.name}: no {field}")
