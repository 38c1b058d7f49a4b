"""Poll handler without the network: 12,000 aircraft from ask to summary, into a lake in a folder.

    .venv/bin/python benchmarks/poll_handler.py

Measures what the function itself costs, everything but the answer's way through the network: law, parsing, landing,
ledger, judging, metrics. Figures to reach: p95 under 0.25 s, peak memory of the process under 256 MB.

On 2026-11-21, 2 cores shared with a test run, Python 3.11, three runs: median 0.144 to 0.172 s, p95 0.161 to 0.223 s,
peak memory 82 MB. Of it, gzip takes some 45 ms, decoding 45, the rules 35, parsing 20.
"""

import gc
import io
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Metrics, Tracer

from ingestion.handler import GC_THRESHOLD
from ingestion.invocation import Invocation, Reporter
from ingestion.law import PollingLaw
from ingestion.poll import Poller
from ingestion.sources import Allowance, Fetched
from lake.adapters.opening import open_lake
from lake.credits import LICENSED, PollingPlan

START = datetime(2026, 5, 8, 12, tzinfo=UTC)
AIRCRAFT, POLLS = 12_000, 60
P95_LIMIT_S, MEMORY_LIMIT_MB = 0.25, 256


class Now:
    """A clock that moves a poll's interval on demand."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class ReadySource:
    """Answers at once with the body of the current second."""

    name, tries = "ready://benchmark", 1

    def __init__(self, bodies: dict[datetime, bytes], clock: Now) -> None:
        self._bodies, self._clock = bodies, clock

    def fetch(self, allowance: Allowance) -> Fetched:
        allowance.take()
        return Fetched(self._bodies[self._clock.now()], self._clock.now(), None, 1)


def a_body(at_s: int, draw: random.Random) -> bytes:
    """Return a response as long and as varied as a global one."""
    rows: list[list[Any]] = [
        [
            f"{0x3C0000 + number:06x}", f"DLH{number:<5}", draw.choice(["Germany", "United States", "Türkiye"]),
            at_s - draw.randrange(60), at_s - draw.randrange(60), round(draw.uniform(-180, 180), 4),
            round(draw.uniform(-60, 70), 4), round(draw.uniform(0, 12_000), 2), False,
            round(draw.uniform(60, 260), 2), round(draw.uniform(0, 360), 2), round(draw.uniform(-15, 15), 2), None,
            round(draw.uniform(0, 12_000), 2), draw.choice([None, "1000", "7000"]), False, 0, draw.randrange(21),
        ]
        for number in range(AIRCRAFT)
    ]  # fmt: skip
    return json.dumps({"time": at_s, "states": rows}, separators=(",", ":")).encode()


def main() -> int:
    gc.set_threshold(GC_THRESHOLD)  # as the handler does
    clock, draw = Now(), random.Random(1)
    instants = [START + timedelta(seconds=90 * number) for number in range(POLLS)]
    with tempfile.TemporaryDirectory() as folder:
        lake = open_lake(f"{folder}/lake", create=True)
        plan = PollingPlan(LICENSED, None, 90)
        law = PollingLaw(lake.poll_state, plan, place="ready://benchmark", clock=clock)
        metrics = Metrics(namespace="Flightlake", service="benchmark")
        tracer = Tracer(service="benchmark", disabled=True)
        bodies: dict[datetime, bytes] = {}
        poller = Poller(ReadySource(bodies, clock), lake.store, law, clock)
        handle = metrics.log_metrics(
            lambda _event, _context: Invocation(poller, Reporter(metrics, tracer), None).run({}, execution_id="x")
        )
        took_s, cpu_s = [], []
        for instant in instants:
            clock.instant = instant
            bodies.clear()
            bodies[instant] = a_body(int(instant.timestamp()), draw)
            started_s, cpu_started_s = time.perf_counter(), time.process_time()
            with redirect_stdout(io.StringIO()):
                summary = handle({}, None)
            took_s.append(time.perf_counter() - started_s)
            cpu_s.append(time.process_time() - cpu_started_s)
            assert (summary["status"], summary["records_processed"]) == ("landed", AIRCRAFT), summary
    p95_s = statistics.quantiles(took_s, n=20)[-1]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu_p95_s = statistics.quantiles(cpu_s, n=20)[-1]
    print(
        f"{POLLS} polls of {AIRCRAFT:,} aircraft: median {statistics.median(took_s):.3f} s, p95 {p95_s:.3f} s, "
        f"first {took_s[0]:.3f} s (CPU: median {statistics.median(cpu_s):.3f} s, p95 {cpu_p95_s:.3f} s); "
        f"peak memory {peak_mb:.0f} MB"
    )
    return int(p95_s > P95_LIMIT_S or peak_mb > MEMORY_LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
