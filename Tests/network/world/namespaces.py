"""Network namespaces. The suite's own one is the cloud, where the platform is; sites get theirs."""

from __future__ import annotations

import subprocess

# Where `ip netns` keeps names; network-test.sh has put a folder of its own there.
FOLDER = "/run/netns"


def run(*command: str) -> str:
    """The output of a tool; raises with what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Namespace:
    """One that is there until it is removed; what still runs in it keeps its own network, which nobody reaches."""

    def __init__(self, name: str) -> None:
        self.name = name
        run("ip", "netns", "add", name)
        self.ip("link", "set", "lo", "up")

    def command(self, *command: str) -> list[str]:
        """The same command within it. Other than with `ip netns exec` it sees the same files, cgroups among them."""
        return ["nsenter", f"--net={FOLDER}/{self.name}", *command]

    def run(self, *command: str) -> str:
        return run(*self.command(*command))

    def ip(self, *words: str) -> str:
        return run("ip", "-netns", self.name, *words)

    def remove(self) -> None:
        run("ip", "netns", "delete", self.name)


CLOUD = None


def established(port: int, namespace: Namespace | None = CLOUD) -> list[tuple[str, str]]:
    """Both ends (local, remote) of the TCP connections with this port at either end."""
    command = ["ss", "-Htn", "state", "established", f"( sport = :{port} or dport = :{port} )"]
    text = run(*command) if namespace is None else namespace.run(*command)
    return [(words[2], words[3]) for words in map(str.split, text.splitlines())]
