"""Proxies in front of platforms, with TLS, set up as docs/operating.md tells operators to."""

from __future__ import annotations

import re
import signal
from abc import ABC, abstractmethod
from pathlib import Path

from harness.processes import HarnessError, Running, wait_until

from .certificates import Certificate
from .namespaces import run
from .programs import ROOT, Client, Platform
from .site import Site

PORT = 443


def documented(language: str, places: dict[str, object]) -> str:
    """The one piece of docs/operating.md in this language, with other addresses and files; each of them must be there."""
    pieces = re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs/operating.md").read_text(), re.DOTALL | re.MULTILINE)
    assert len(pieces) == 1, f"docs/operating.md has {len(pieces)} pieces of {language}"
    text = pieces[0]
    for name, place in places.items():
        assert name in text, f"docs/operating.md names no {name} in its {language}"
        text = text.replace(name, str(place))
    return text


class Front(ABC):
    """On port 443 of the cloud, so one at a time."""

    name: str

    def __init__(self, folder: Path, certificate: Certificate, platforms: list[Platform]) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.certificate = certificate
        self.settings = folder / f"{self.name}.conf"
        self.settings.write_text(self.configuration([f"127.0.0.1:{platform.port}" for platform in platforms]))
        self.start()

    @abstractmethod
    def configuration(self, platforms: list[str]) -> str: ...

    @abstractmethod
    def command(self) -> list[str]: ...

    # What tells the main process to read its settings anew.
    reload_signal: signal.Signals

    def url(self, site: Site) -> str:
        """As the site reaches it."""
        return f"https://{site.cloud}"

    def client(self, api: Client) -> Client:
        """The same caller, who comes through here."""
        return Client(PORT, self.certificate, api.token)

    def start(self) -> None:
        self.running = Running(self.name, self.command(), self.folder / f"{self.name}.log")
        wait_until(f"{self.name} to listen", 20, self._listens)

    def _listens(self) -> bool:
        if self.running.process.poll() is not None:
            raise HarnessError(f"{self.name} ended:\n{self.running.tail()}")
        return f":{PORT} " in run("ss", "-Hltn")

    def stop(self) -> None:
        self.running.stop()

    def reload(self) -> None:
        """Returns when a new worker is there; the old one stays while it has connections."""
        before = self._workers()
        self.running.process.send_signal(self.reload_signal)
        wait_until(f"a new worker of {self.name}", 20, lambda: bool(self._workers() - before))

    def _workers(self) -> set[str]:
        pid = self.running.pid
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


class Nginx(Front):
    name = "nginx"
    reload_signal = signal.SIGHUP

    def configuration(self, platforms: list[str]) -> str:
        site = documented("nginx", {
            "127.0.0.1:8080": platforms[0], "/etc/edgewright/cert.pem": self.certificate.certificate,
            "/etc/edgewright/key.pem": self.certificate.key})
        # What Debian's own files have around it.
        folders = "".join(
            f"    {kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return (f"user root;\npid {self.folder}/pid;\ndaemon off;\nevents {{}}\n"
                f"http {{\n    access_log off;\n{folders}{site}}}\n")

    def command(self) -> list[str]:
        return ["nginx", "-p", str(self.folder), "-c", str(self.settings), "-e", "stderr"]


class HAProxy(Front):
    name = "haproxy"
    reload_signal = signal.SIGUSR2

    def configuration(self, platforms: list[str]) -> str:
        first, second = platforms if len(platforms) == 2 else platforms * 2
        return documented("haproxy", {
            "10.1.0.11:8080": first, "10.1.0.12:8080": second,
            "/etc/edgewright/cert-and-key.pem": self.certificate.bundle})

    def command(self) -> list[str]:
        # A main process that stays, as Debian's unit has it.
        return ["haproxy", "-W", "-db", "-f", str(self.settings)]
