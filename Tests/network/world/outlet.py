"""A forward proxy at a site's gateway: the one way out for whoever asks it to connect him (CONNECT)."""

from __future__ import annotations

from pathlib import Path

from harness.processes import HarnessError, Running, wait_until

from .site import Site


class Outlet:
    """Debian's tinyproxy on the NAT's own machine, for the site alone."""

    def __init__(self, site: Site, folder: Path, port: int, password: str | None = None) -> None:
        """With a password it is the user `plant` who may use it."""
        folder.mkdir(exist_ok=True)
        self.site, self.port = site, port
        self._folder = folder
        self._settings = folder / f"outlet-{port}.conf"
        lines = [f"Port {port}", f"Listen {site.gateway}", f"Allow {site.network}.128/28", "MaxClients 50", "Timeout 600",
                 "LogLevel Connect"]
        if password:
            lines.append(f"BasicAuth plant {password}")
        self._settings.write_text("\n".join([*lines, ""]))
        self.start()

    @property
    def address(self) -> str:
        return f"{self.site.gateway}:{self.port}"

    def start(self) -> None:
        self.running = Running(
            "tinyproxy", self.site.nat.command("tinyproxy", "-d", "-c", str(self._settings)),
            self._folder / f"outlet-{self.port}.log")
        wait_until("tinyproxy to listen", 20, self._listens)

    def _listens(self) -> bool:
        if self.running.process.poll() is not None:
            raise HarnessError(f"tinyproxy ended:\n{self.running.tail()}")
        return f":{self.port} " in self.site.nat.run("ss", "-Hltn")

    def stop(self) -> None:
        self.running.stop()

    @property
    def log(self) -> str:
        return self.running.log.read_text(errors="replace")
