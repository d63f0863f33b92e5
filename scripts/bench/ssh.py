"""OpenSSH's reverse tunnel, which agents' tunnels are measured against."""

from __future__ import annotations

import getpass
import os
import subprocess
from pathlib import Path

from harness.processes import Running, free_port, wait_until


class ReverseTunnel:
    """`ssh -R` from whoever has the service to an sshd of its own, with Debian's defaults but for what keeps both apart
    from the machine's own ssh. What connects to the tunnel's port gets to the service."""

    def __init__(self, folder: Path, service: int) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.service, self.port, self._server_port = service, free_port(), free_port()
        for name in ("host", "client"):
            file = str(self.folder / name)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
        (self.folder / "sshd_config").write_text(
            f"""
ListenAddress 127.0.0.1:{self._server_port}
HostKey {self.folder}/host
AuthorizedKeysFile {self.folder}/client.pub
# The folder is a temporary one, below one that everybody may write to.
StrictModes no
PidFile none
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""
        )

    def __enter__(self) -> str:
        if os.getuid() == 0:
            # sshd goes there with what it does before anybody has signed in.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self._server = Running(
            "sshd", ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "sshd_config")], self.folder / "sshd.log"
        )
        try:
            wait_until("sshd", 20, lambda: "listening" in self._server.tail() or not self._is_running(self._server))
            self._client = Running("ssh -R", self._client_command(), self.folder / "ssh.log")
        except BaseException:
            self._server.stop()
            raise
        base = f"http://127.0.0.1:{self.port}"
        try:
            self._client.wait_for(f"{base}/api/version")
        except BaseException:
            self.__exit__()
            raise
        return base

    def __exit__(self, *_: object) -> None:
        self._client.stop()
        self._server.stop()

    def _client_command(self) -> list[str]:
        options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "BatchMode=yes"]
        options += ["ExitOnForwardFailure=yes", "LogLevel=ERROR"]
        return [
            "ssh", "-F", "none", "-N", "-i", str(self.folder / "client"), "-p", str(self._server_port),
            *(part for option in options for part in ("-o", option)),
            "-R", f"127.0.0.1:{self.port}:127.0.0.1:{self.service}", f"{getpass.getuser()}@127.0.0.1",
        ]

    @staticmethod
    def _is_running(program: Running) -> bool:
        return program.process.poll() is None
