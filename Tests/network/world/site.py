"""A site: machines behind NAT, from which the platform is reached and to which nobody else opens a connection."""

from __future__ import annotations

import itertools
import os

from .line import Line
from .namespaces import Namespace, run

_numbers = itertools.count(1)


def _number() -> int:
    """Another one for each site, also among those of other workers, who share the cloud."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    number = worker * 40 + next(_numbers)
    assert number < 255, "There are too many sites for one run."
    return number


class Site:
    """Two namespaces: the NAT's, on a network with the cloud, and the site's own behind it.

    10.203.N.0/28 is between the cloud (.1) and the NAT (.2, .3 after a change), 10.203.N.128/28 between the NAT (.129)
    and the site (.130).
    """

    def __init__(self, line: bool = False) -> None:
        """With a line its way to the cloud may be made as bad as one likes; without it is a cable."""
        number = _number()
        self.network = f"10.203.{number}"
        self.cloud = f"{self.network}.1"
        self.gateway = f"{self.network}.129"
        self.address = f"{self.network}.130"
        self.outside = f"{self.network}.2"
        self.nat = Namespace(f"nat{number}")
        self.site = Namespace(f"site{number}")
        self._cable = f"wan{number}"
        self.line = Line(self._cable, f"out{number}") if line else None
        self._out = f"out{number}"
        self._connect_cloud()
        self._connect_site(f"lan{number}", f"eth{number}")
        self._translate()

    def _connect_cloud(self) -> None:
        if self.line:
            run("ip", "link", "set", self._out, "netns", self.nat.name)
        else:
            run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", self._out, "netns", self.nat.name)
        run("ip", "address", "add", f"{self.cloud}/28", "dev", self._cable)
        run("ip", "link", "set", self._cable, "up")
        self.nat.ip("address", "add", f"{self.outside}/28", "dev", self._out)
        self.nat.ip("link", "set", self._out, "up")

    def _connect_site(self, inner: str, outer: str) -> None:
        self.nat.ip("link", "add", inner, "type", "veth", "peer", "name", outer, "netns", self.site.name)
        self.nat.ip("address", "add", f"{self.gateway}/28", "dev", inner)
        self.nat.ip("link", "set", inner, "up")
        self.site.ip("address", "add", f"{self.address}/28", "dev", outer)
        self.site.ip("link", "set", outer, "up")
        self.site.ip("route", "add", "default", "via", self.gateway)

    def _translate(self) -> None:
        """As a router at home: what goes out gets its address, and only what belongs to that comes in."""
        self.nat.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        # A connection that it has forgotten is none, and not taken up again in the middle.
        self.nat.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0")
        self.rule("-t", "nat", "-A", "POSTROUTING", "-o", self._out, "-j", "MASQUERADE")
        self.rule("-P", "FORWARD", "DROP")
        self.rule("-A", "FORWARD", "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "ACCEPT")
        self.rule("-A", "FORWARD", "-o", self._out, "-m", "conntrack", "--ctstate", "NEW", "-j", "ACCEPT")
        # It does not say that it does not know a connection, either.
        self.rule("-A", "INPUT", "-i", self._out, "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP")
        self.rule("-A", "INPUT", "-i", self._out, "-p", "tcp", "!", "--syn", "-m", "conntrack", "--ctstate", "NEW",
                  "-j", "DROP")

    def rule(self, *words: str) -> None:
        self.nat.run("iptables", "-w", *words)

    def close_gateway(self) -> None:
        """From now on nobody at the site gets out but through a proxy on the NAT's own machine."""
        self.rule("-I", "FORWARD", "-o", self._out, "-j", "DROP")

    def forget_connections(self) -> None:
        """The NAT has restarted: packets of connections that it does not know go nowhere."""
        self.nat.run("conntrack", "--flush")

    def change_address(self) -> None:
        """The provider gives the site another address; the old one leads nowhere. What the site says on a connection that
        it had goes on from the new one, as ordinary routers do it: the other end knows no such connection, and says so."""
        self.nat.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=1")
        new = f"{self.network}.3"
        self.nat.ip("address", "add", f"{new}/28", "dev", self._out)
        self.nat.ip("address", "delete", f"{self.outside}/28", "dev", self._out)
        # The last address goes with those of its network unless the kernel promotes them.
        if new not in self.nat.ip("-oneline", "address", "show", "dev", self._out):
            self.nat.ip("address", "add", f"{new}/28", "dev", self._out)
        self.outside = new

    def remove(self) -> None:
        if self.line:
            self.line.close()
        else:
            run("ip", "link", "delete", self._cable)
        self.nat.remove()
        self.site.remove()
