"""Runs with known secrets and a source that repeats them; no output of such a run may show a secret."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from urllib.parse import quote

from support.malicious_input import ON_STATES, ON_STATES_BY_STATUS, ON_TOKENS, MaliciousProxy, hostile_proxy
from support.planted_secrets import new_secret

from simulator.faults import KINDS
from simulator.server import SimulatorServer
from simulator.sky import Sky

ROOT = Path(__file__).parents[2]
SOURCE = "http://opensky.test"
FAULTS = ",".join(
    f"{kind}@{number}"
    for number, kind in enumerate([kind for other in KINDS if other != "401" for kind in ("401", other)], start=3)
)
"""Every kind, between them tokens that are refused, so that new ones are asked for."""

COMMAND = """
from dataclasses import replace
from datetime import timedelta
import os
from ingestion.quota import account, circuit_breaker
from ingestion.opensky.oauth import Credentials
from cli import polling
polling._SIMULATED_ACCOUNT = Credentials("me", os.environ["OPENSKY_CLIENT_SECRET"])
polling._SIMULATED_LIMITS = replace(polling._SIMULATED_LIMITS, read_s=0.5, total_s=3)
account.LONGEST_COOLDOWN_S = 60
circuit_breaker.FIRST_OPEN = circuit_breaker.LONGEST_OPEN = timedelta(minutes=1)

class Slept:
    def __init__(self, now):
        self.instant = now
    def now(self):
        return self.instant
    def sleep(self, seconds):
        self.instant += timedelta(seconds=max(seconds, 0))

discovered = polling.discovered_clock
polling.discovered_clock = lambda service: Slept(discovered(service).now())
{patch}
from cli.app import main
main()
"""
"""The command line with short pauses, time that passes by sleeping alone, and an account that is a secret."""


@dataclass(frozen=True)
class Wired:
    """A simulator behind a malicious proxy, the environment that leads there, and where a run may write."""

    server: SimulatorServer
    proxy: MaliciousProxy
    environment: dict[str, str]
    home: Path

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of the environment, and every token that was handed out."""
        tokens = self.server._service.access._expiry_s
        mine = {
            "client secret": self.environment["OPENSKY_CLIENT_SECRET"],
            "AWS secret key": self.environment["AWS_SECRET_ACCESS_KEY"],
            "AWS session token": self.environment["AWS_SESSION_TOKEN"],
            "proxy password": self.environment["PROXY_PASSWORD"],
        }
        return mine | {f"token {number}": token for number, token in enumerate(tokens)}

    def run(self, *arguments: object, patch: str = "", **changes: str) -> dict[str, bytes]:
        """Run a command; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-c", dedent(COMMAND).format(patch=dedent(patch)), *map(str, arguments)],
            cwd=ROOT,
            env=self.environment | changes,
            capture_output=True,
            check=False,
            timeout=300,
        )
        what = arguments[0] if arguments[0] != "--verbose" else arguments[1]
        return {f"stdout of {what}": done.stdout, f"stderr of {what}": done.stderr}


@contextmanager
def wired_run(home: Path, sky: Sky, *, speed: float) -> Iterator[Wired]:
    """Serve a sky, a malicious proxy before it, and yield what leads there."""
    (home / "tmp").mkdir(parents=True)
    on_states = [*ON_STATES, *ON_STATES_BY_STATUS]
    environment = secret_environment(home)
    clients = {"me": environment["OPENSKY_CLIENT_SECRET"]}
    with (
        SimulatorServer(sky, speed=speed, tier="licensed", faults=FAULTS, clients=clients) as server,
        hostile_proxy(server.url, now_s=int(sky.epoch_s), on_states=on_states, on_tokens=list(ON_TOKENS)) as proxy,
    ):
        address = f"http://somebody:{quote(environment['PROXY_PASSWORD'], safe='')}@{proxy.url}"
        yield Wired(server, proxy, environment | {"HTTP_PROXY": address, "http_proxy": address}, home)


def secret_environment(home: Path) -> dict[str, str]:
    """Return this process's environment with new secrets in it, and with `home` for all that is written."""
    inherited = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
    return inherited | {
        "OPENSKY_CLIENT_ID": "me",
        "OPENSKY_CLIENT_SECRET": new_secret(),
        "AWS_SECRET_ACCESS_KEY": new_secret(),
        "AWS_SESSION_TOKEN": new_secret(),
        "PROXY_PASSWORD": new_secret(),  # for the test to know it
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
