"""Servers that a script of this repository starts and keeps for as long as somebody holds them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .namespaces import Namespace
from .programs import EDGEWRIGHT, ROOT


class Held:
    """Until it is let go."""

    def __init__(
        self, script: str, log: Path, namespace: Namespace | None = None, environment: dict[str, str] | None = None
    ) -> None:
        command = [str(ROOT / "scripts" / script), "hold"]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                namespace.command(*command) if namespace else command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=output, text=True, start_new_session=True,
                env={**os.environ, "EDGEWRIGHT_BIN": EDGEWRIGHT, **(environment or {})})
        # Its first line is where the server is, which answers by then.
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(f"{script}: {log.read_text(errors='replace')}")

    def let_go(self) -> None:
        self._process.stdin.close()
        self._process.wait(60)
