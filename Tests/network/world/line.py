"""A long-distance line: delay, loss, a rate, and nothing at all.

Two TUN devices, each an interface where IP packets go in and out, with this program as the wire between them. The kernel's
netem does the same, but not every kernel has it; this works wherever there is /dev/net/tun.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time
from dataclasses import dataclass, field

from .namespaces import run

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_MTU = 1500


def open_tun(name: str) -> int:
    """A new interface, down and without an address; gone when the descriptor is closed."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return descriptor


@dataclass
class Conditions:
    """How a line is, in both directions alike."""

    # Seconds one way.
    delay: float = 0
    # Share of the packets that are lost.
    loss: float = 0
    # Bits a second; without limit when 0.
    rate: float = 0
    # Nothing passes, and nobody is told.
    is_black_hole: bool = False
    # Seconds of traffic that may wait for their turn; what comes then is lost.
    queue: float = 0.5


@dataclass
class _Direction:
    read: int
    write: int
    # When the last packet will have left.
    free_at: float = 0
    passed: int = 0
    waiting: list[tuple[float, int, bytes]] = field(default_factory=list)


class Line:
    """Until it is closed."""

    def __init__(self, here: str, there: str) -> None:
        """Makes both interfaces here; the second may be moved to another namespace."""
        self.conditions = Conditions()
        self._ends = (open_tun(here), open_tun(there))
        for name in (here, there):
            run("ip", "link", "set", name, "mtu", str(_MTU), "txqueuelen", "1000")
        self._directions = (_Direction(*self._ends), _Direction(*reversed(self._ends)))
        # The same losses every time, as far as the packets come in the same order.
        self._random = random.Random(5)
        self._stop, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._carry, name=f"line {here}", daemon=True)
        self._thread.start()

    def set(self, **conditions: float | bool) -> None:
        """What is not named is as on a perfect line."""
        self.conditions = Conditions(**conditions)

    @property
    def passed(self) -> int:
        """Bytes that arrived at the other ends so far."""
        return sum(direction.passed for direction in self._directions)

    def close(self) -> None:
        os.close(self._wake)
        self._thread.join()
        os.close(self._stop)
        for end in self._ends:
            os.close(end)

    def _carry(self) -> None:
        sources = {direction.read: direction for direction in self._directions}
        while True:
            ready, _, _ = select.select([*sources, self._stop], [], [], self._pause())
            if self._stop in ready:
                return
            for source in ready:
                self._take(sources[source])
            for direction in self._directions:
                self._deliver(direction)

    def _pause(self) -> float | None:
        due = [direction.waiting[0][0] for direction in self._directions if direction.waiting]
        return max(0, min(due) - time.monotonic()) if due else None

    def _take(self, direction: _Direction) -> None:
        number = 0
        for number in range(64):
            try:
                packet = os.read(direction.read, _MTU + 100)
            except OSError:
                # Nothing more, or the interface is not up.
                return
            self._accept(direction, packet, number)

    def _accept(self, direction: _Direction, packet: bytes, number: int) -> None:
        conditions, now = self.conditions, time.monotonic()
        if conditions.is_black_hole or self._random.random() < conditions.loss:
            return
        begins = max(now, direction.free_at)
        if conditions.rate:
            if begins - now > conditions.queue:
                return
            begins += len(packet) * 8 / conditions.rate
            direction.free_at = begins
        heapq.heappush(direction.waiting, (begins + conditions.delay, time.monotonic_ns(), packet))

    def _deliver(self, direction: _Direction) -> None:
        now = time.monotonic()
        while direction.waiting and direction.waiting[0][0] <= now:
            packet = heapq.heappop(direction.waiting)[2]
            if self.conditions.is_black_hole:
                continue
            try:
                os.write(direction.write, packet)
                direction.passed += len(packet)
            except OSError:
                # Its queue is full, or the interface is not up: lost.
                pass
