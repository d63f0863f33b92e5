"""Traffic of one service on several ways to whoever asks: ssh's reverse tunnel, agents' tunnels, the direct proxy."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.proxy import CONNECTIONS, FLAT, GIBIBYTE, ROUNDS, Load, MemoryWatch, Way, astuple, load
from bench.results import Results
from bench.ssh import ReverseTunnel
from harness.api import API
from harness.certificate import Certificate
from harness.platform import serve, simulate
from harness.processes import HarnessError, Running, free_port, wait_until

SECONDS = int(os.environ.get("BENCH_ROUND_SECONDS", "10"))
# How many connections an agent holds; as it is installed it finds that out, one or two.
INSTALLED = 0
COUNTS = [INSTALLED, 1, 2, 4]
# Bodies of the same size in all, but side by side.
ABREAST = 4
# One round of the platform's pings, and some.
QUIET = 20
SSH = "ssh -R"


@dataclass
class Platform:
    """One with the service behind agents, one for each of the counts of connections, and reached directly as well."""

    name: str
    running: Running
    agents: dict[int, Running]
    # Whoever asks asks without TLS, as at ssh's end: of a platform with TLS its local listener.
    tunnels: dict[int, Way]
    direct: Way
    # The same, but the service is reached over ssh's tunnel, as it would be without agents.
    relayed: Way
    # Asked with TLS too, where the platform has it.
    throughout: list[Way]


def measure_tunnels(binary: str, agent: str, folder: Path, certificate: Certificate, results: Results) -> None:
    with contextlib.ExitStack() as stack:
        # As services behind agents mostly are: a port of its own, and no base path.
        port = free_port()
        fleet, _, csv = simulate(binary, folder, 1, "--base-port", str(port))
        stack.enter_context(fleet)
        ssh = Way(SSH, stack.enter_context(ReverseTunnel(folder / "alone", port)), [])
        # Another one for the platforms, which keep their connections: ssh looks at each that is open, whatever it does.
        relay = stack.enter_context(ReverseTunnel(folder / "relay", port))
        starter = Starter(binary, agent, f"http://127.0.0.1:{port}", relay, csv.read_bytes())
        plain = stack.enter_context(starter.start("plain", folder, None))
        secure = stack.enter_context(starter.start("TLS", folder, certificate))
        # Before they had anything to do.
        time.sleep(QUIET)
        memory = max(each.agents[INSTALLED].memory() for each in (plain, secure))
        results.at_most("agent: resident memory, connected and idle", memory / 1e6, 30, " MB", 1)
        measure_small(ssh, secure, plain, results)
        measure_bodies(ssh, secure, plain, folder, results)
        measure_abreast(ssh, secure, results)
        memory = max(each.memory() for platform in (plain, secure) for each in platform.agents.values())
        results.add("agent: resident memory after all this, of the largest", f"{memory / 1e6:.1f} MB")
    results.notes.append(
        f"Traffic: one simulated service; from it to wrk and curl over `ssh -R` (an sshd of its own, Debian's defaults, "
        "no compression), or over an agent and the platform’s proxy. With “TLS” the tunnel is encrypted, as ssh’s is, and "
        "the way from there to wrk and curl is not, as ssh’s is not (`--local-listen`); “TLS throughout” has both "
        f"encrypted, “plain” neither. “Direct proxy over {SSH}”: the platform reaches the service through ssh’s tunnel, as it "
        "would without agents, so that both tunnels carry the same requests of the same platform. An agent holds a second "
        "connection by itself while it is busy, where no number is set, as in what is measured against ssh. Small: "
        f"`wrk -t1 -c{CONNECTIONS} -d{SECONDS}s` on `/api/version`, {ROUNDS} rounds in turn, medians. Body: one GET, "
        f"or one POST, of 1 GiB by curl, {ROUNDS} rounds in turn, medians; abreast: {ABREAST} GETs of a quarter of it "
        "each at once. Everything shares this machine’s cores."
    )


@dataclass
class Starter:
    binary: str
    agent: str
    service: str
    relay: str
    csv: bytes

    @contextlib.contextmanager
    def start(self, name: str, folder: Path, certificate: Certificate | None) -> Iterator[Platform]:
        own = folder / name
        own.mkdir()
        port = free_port()
        local = ("--local-listen", f"127.0.0.1:{port}") if certificate else ()
        running, api = serve(self.binary, own, "--monitor-interval", "3600", *local, certificate=certificate)
        origin = f"http://127.0.0.1:{port}" if certificate else api.origin
        with running, contextlib.ExitStack() as stack:
            _, project = api.create_project("Bench", "Tunnels")
            api.import_services(project, self.csv)
            direct = self.way(api, origin, next(iter(services(api, project).values())), f"direct proxy, {name}")
            wanted = {"name": "relayed", "endpoint": self.relay}
            over_ssh = api.expect(201, "POST", f"/api/v1/projects/{project}/services", wanted)["id"]
            relayed = self.way(api, origin, over_ssh, f"direct proxy over {SSH}, {name}")
            token = enrollment_token(api, project, len(COUNTS), adopts=True)
            agents, tunnels = {}, {}
            for count in COUNTS:
                called = f"agent-{count}"
                command = [
                    self.agent, "run", "--server", api.origin, "--token", token, "--name", called,
                    "--state", str(own / called), "--offer", f"neuronex={self.service}",
                    *(["--connections", str(count)] if count != INSTALLED else []),
                    *(["--ca", str(certificate.file)] if certificate else []),
                ]
                agents[count] = stack.enter_context(Running(called, command, own / f"{called}.log"))
                self.wait_for(agents[count], max(1, count), api, project)
                held = {INSTALLED: "", 1: ", 1 connection"}.get(count, f", {count} connections")
                spelled = f"tunnel, {name}{held}"
                tunnels[count] = self.way(api, origin, services(api, project)[called], spelled)
            throughout = []
            if certificate:
                behind = services(api, project)[f"agent-{INSTALLED}"]
                throughout = [self.way(api, api.origin, behind, f"tunnel, {name} throughout")]
            yield Platform(name, running, agents, tunnels, direct, relayed, throughout)

    @staticmethod
    def wait_for(agent: Running, connections: int, api: API, project: str) -> None:
        def is_there() -> bool:
            if agent.process.poll() is not None:
                raise HarnessError(f"{agent.name} ended with {agent.process.returncode}:\n{agent.tail()}")
            found = api.get(f"/api/v1/projects/{project}/agents", q=agent.name)["items"]
            connected = any(each["name"] == agent.name and each["connections"] == connections for each in found)
            return connected and agent.name in services(api, project)

        wait_until(f"{agent.name} with {connections} connections, and its service", 60, is_there, every=0.25)

    @staticmethod
    def way(api: API, origin: str, service: str, name: str) -> Way:
        return Way(name, f"{origin}/api/v1/services/{service}/proxy", [f"Authorization: Bearer {api.token}"])


def services(api: API, project: str) -> dict[str, str]:
    """Ids by name."""
    return {each["name"]: each["id"] for each in api.get(f"/api/v1/projects/{project}/services")["items"]}


def enrollment_token(api: API, project: str, uses: int, adopts: bool = False) -> str:
    wanted = {"name": "bench", "maximumUses": uses, "adoptsOffers": adopts}
    return api.expect(201, "POST", f"/api/v1/projects/{project}/enrollment-tokens", wanted)["token"]


# MARK: Small requests


def measure_small(ssh: Way, secure: Platform, plain: Platform, results: Results) -> None:
    ways = [ssh]
    for platform in (secure, plain):
        ways += [*platform.tunnels.values(), *platform.throughout, platform.direct, platform.relayed]
    for way in ways:
        load(way, max(1, SECONDS // 4))
    rounds: dict[str, list[Load]] = {way.name: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            rounds[way.name].append(load(way, SECONDS))
    middle = {}
    for name, loads in rounds.items():
        middle[name] = Load(*(statistics.median(values) for values in zip(*map(astuple, loads), strict=True)))
        rate, p50, p99 = astuple(middle[name])
        results.add(f"small GET, {name}", f"{rate:,.0f}/s, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    theirs = middle[ssh.name]
    for platform in (secure, plain):
        mine, direct = middle[platform.tunnels[INSTALLED].name], middle[platform.direct.name]
        relayed = middle[platform.relayed.name]
        at_least, at_most = (results.at_least, results.at_most) if platform is secure else (shown(results),) * 2
        what = f"small GET, {platform.name}: "
        at_least(what + f"rate ÷ {SSH}’s", mine.requests_a_second / theirs.requests_a_second, 0.6)
        at_most(what + f"p99 ÷ {SSH}’s", mine.p99 / theirs.p99, 0.5)
        at_least(what + f"rate ÷ direct proxy’s over {SSH}", mine.requests_a_second / relayed.requests_a_second, 0.6)
        at_most(what + f"p99 ÷ direct proxy’s over {SSH}", mine.p99 / relayed.p99, 0.5)
        results.at_least(what + "rate ÷ direct proxy’s", mine.requests_a_second / direct.requests_a_second, 0.6)
        for way in platform.throughout:
            ratio = middle[way.name].requests_a_second / theirs.requests_a_second
            results.add(what + f"throughout: rate ÷ {SSH}’s", f"{ratio:.2f}")


def shown(results: Results) -> Callable[[str, float, float], None]:
    """A row without a target, where others have one."""
    return lambda what, number, _: results.add(what, f"{number:.2f}")


# MARK: Bodies


def measure_bodies(ssh: Way, secure: Platform, plain: Platform, folder: Path, results: Results) -> None:
    body = folder / "body"
    with body.open("wb") as file:
        file.truncate(GIBIBYTE)
    ways = [ssh, secure.tunnels[INSTALLED], *secure.throughout, plain.tunnels[INSTALLED], secure.direct, plain.direct]
    growth = Growth({"platform": secure.running, "agent": secure.agents[INSTALLED]})
    for direction, upload in (("down", None), ("up", body)):
        rates: dict[str, list[float]] = {way.name: [] for way in ways}
        for _ in range(ROUNDS):
            for way in ways:
                with growth:
                    rates[way.name].append(transfer(way, GIBIBYTE, upload))
        middle = {name: statistics.median(values) for name, values in rates.items()}
        for name, rate in middle.items():
            results.add(f"1 GiB {direction}, {name}", f"{rate / 1e6:,.0f} MB/s")
        for platform, judge in ((secure, results.at_least), (plain, shown(results))):
            ratio = middle[platform.tunnels[INSTALLED].name] / middle[ssh.name]
            judge(f"1 GiB {direction}, {platform.name}: rate ÷ {SSH}’s", ratio, 1.5)
            for way in platform.throughout:
                ratio = middle[way.name] / middle[ssh.name]
                results.add(f"1 GiB {direction}, {platform.name} throughout: rate ÷ {SSH}’s", f"{ratio:.2f}")
    growth.report("1 GiB, TLS", results)
    body.unlink()


class Growth:
    """The most memory that programs have within `with` blocks, beside what they had at first."""

    def __init__(self, programs: dict[str, Running]) -> None:
        self.programs = programs
        self.before = {name: each.memory() for name, each in programs.items()}
        self.most = dict(self.before)

    def __enter__(self) -> None:
        self._watches = {name: MemoryWatch(each).__enter__() for name, each in self.programs.items()}

    def __exit__(self, *_: object) -> None:
        for name, watch in self._watches.items():
            watch.__exit__()
            self.most[name] = max(self.most[name], watch.peak)

    def report(self, what: str, results: Results) -> None:
        for name, before in self.before.items():
            most = self.most[name]
            results.add(
                f"{what}: resident memory of the {name} before, most", f"{before / 1e6:.0f}, {most / 1e6:.0f} MB",
                f"growth ≤ {FLAT / 1e6:.0f} MB", most - before <= FLAT,
            )


def measure_abreast(ssh: Way, secure: Platform, results: Results) -> None:
    """Whether several connections are worth it: one stream is on one of them."""
    ways = [ssh, *secure.tunnels.values()]
    rates: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            rates[way.name].append(transfer_abreast(way))
    for name, values in rates.items():
        results.add(f"{ABREAST} GETs abreast, {name}", f"{statistics.median(values) / 1e6:,.0f} MB/s")


def transfer_abreast(way: Way) -> float:
    """Bytes a second of all together."""
    started = time.monotonic()
    with ThreadPoolExecutor(ABREAST) as pool:
        # Raises what one of them has raised.
        list(pool.map(lambda _: transfer(way, GIBIBYTE // ABREAST), range(ABREAST)))
    return GIBIBYTE / (time.monotonic() - started)


def transfer(way: Way, size: int, upload: Path | None = None) -> float:
    """Bytes a second of one GET, or of one POST of a file of this size."""
    fields = [part for value in way.fields for part in ("-H", value)]
    command = ["curl", "-sS", "--http1.1", "--noproxy", "*", "--max-time", "300", *fields]
    if upload:
        # Without waiting for a 100 first.
        command += ["-X", "POST", "-T", str(upload), "-H", "Expect:", "-w", "\n%{http_code} %{size_upload} %{speed_upload}"]
        command += [f"{way.base}/api/sim/sink"]
    else:
        command += ["-o", "/dev/null", "-w", "%{http_code} %{size_download} %{speed_download}"]
        command += [f"{way.base}/api/sim/bytes?count={size}"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=360)
    lines = said.stdout.splitlines() or [""]
    status, count, speed = (lines[-1].split() + ["", "", ""])[:3]
    is_complete = said.returncode == 0 and status == "200" and count == str(size)
    if not is_complete or (upload and f'"received":{size}' not in lines[0].replace(" ", "")):
        raise HarnessError(f"{way.name} answered {status} after {count} bytes; curl: {said.stderr} {lines[0][:200]}")
    return float(speed)
